import { type DataSet, isEncoded, type StoredPicture } from '../../tools/data/data-set.ts';
import { baseName } from '../../tools/data/named-file.ts';
import { byId, create } from '../shared/dom.ts';
import { formatCount } from '../shared/format.ts';

/** Number of pictures added at a time. */
const PAGE = 48;

/** The cell whose pictures are shown. */
interface OpenCell {
  readonly title: string;
  readonly dataSet: DataSet;
  /** Returns the indices of its pictures in the data set. Later calls may return more. */
  readonly find: () => readonly number[];
  /** Number of pictures on the page. */
  shown: number;
  /** Maximum number of pictures to show. */
  wanted: number;
}

/** Shows the pictures of one cell of the confusion matrix. */
export class CellPictures {
  readonly #section = byId('cell-pictures', HTMLElement);
  readonly #list = byId('cell-list', HTMLElement);
  readonly #more = byId('cell-more', HTMLButtonElement);
  #urls: string[] = [];
  #cell: OpenCell | undefined;

  constructor() {
    this.#more.addEventListener('click', () => {
      const cell = this.#cell;
      if (cell) void this.#fill(cell, cell.shown + PAGE);
    });
  }

  /** Shows the pictures of a cell under a title. */
  async show(title: string, dataSet: DataSet, find: () => readonly number[]): Promise<void> {
    this.clear();
    const cell = { title, dataSet, find, shown: 0, wanted: 0 };
    this.#cell = cell;
    this.#section.hidden = false;
    await this.#fill(cell, PAGE);
    if (cell === this.#cell) this.#section.scrollIntoView({ block: 'nearest' });
  }

  /** Adds pictures that a continuing run has found for the open cell. */
  update(): void {
    if (this.#cell) void this.#fill(this.#cell, this.#cell.wanted);
  }

  clear(): void {
    for (const url of this.#urls) URL.revokeObjectURL(url);
    this.#urls = [];
    this.#cell = undefined;
    this.#list.replaceChildren();
    this.#section.hidden = true;
  }

  /** Shows up to the first `wanted` pictures of the cell. */
  async #fill(cell: OpenCell, wanted: number): Promise<void> {
    const found = cell.find();
    cell.wanted = wanted;
    byId('cell-title', HTMLElement).textContent = `${cell.title}: ${formatCount(found.length)}`;
    this.#more.hidden = found.length <= wanted;
    this.#more.textContent = `Show more (${formatCount(found.length - wanted)} left)`;
    const added = found.slice(cell.shown, wanted);
    cell.shown += added.length;
    const places = added.map(() => this.#list.appendChild(create('li')));
    for (const [place, index] of added.entries()) {
      const name = cell.dataSet.name(index);
      const picture = await cell.dataSet.read(index).catch(() => undefined);
      // Another cell may have been opened in the meantime.
      if (cell !== this.#cell) return;
      places[place]?.append(picture ? this.#draw(picture, name) : '', create('span', '', baseName(name)));
    }
  }

  #draw(picture: StoredPicture, name: string): HTMLElement {
    if (isEncoded(picture)) {
      const image = create('img');
      image.src = URL.createObjectURL(new Blob([picture.bytes]));
      image.alt = name;
      this.#urls.push(image.src);
      return image;
    }
    const canvas = create('canvas');
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.role = 'img';
    canvas.ariaLabel = name;
    const data = new Uint8ClampedArray(picture.data);
    canvas.getContext('2d')?.putImageData(new ImageData(data, picture.width, picture.height), 0, 0);
    return canvas;
  }
}
