import { type DataSet, isEncoded, type StoredPicture } from '../data/data-set.ts';
import { baseName } from '../data/named-file.ts';
import { byId, create } from './dom.ts';
import { formatCount } from './format.ts';

/** So many pictures are shown at a time. */
const PAGE = 48;

/** The pictures of one cell of the confusion matrix. */
export class CellPictures {
  readonly #section = byId('cell-pictures', HTMLElement);
  readonly #list = byId('cell-list', HTMLElement);
  readonly #more = byId('cell-more', HTMLButtonElement);
  #urls: string[] = [];
  #rest: number[] = [];
  #dataSet: DataSet | undefined;

  constructor() {
    this.#more.addEventListener('click', () => void this.#showMore());
  }

  /** Shows pictures under a title; `indices` are their places in the data set. */
  async show(title: string, dataSet: DataSet, indices: readonly number[]): Promise<void> {
    this.clear();
    byId('cell-title', HTMLElement).textContent = `${title}: ${formatCount(indices.length)}`;
    this.#dataSet = dataSet;
    this.#rest = [...indices];
    this.#section.hidden = false;
    await this.#showMore();
    this.#section.scrollIntoView({ block: 'nearest' });
  }

  clear(): void {
    for (const url of this.#urls) URL.revokeObjectURL(url);
    this.#urls = [];
    this.#rest = [];
    this.#list.replaceChildren();
    this.#section.hidden = true;
  }

  async #showMore(): Promise<void> {
    const dataSet = this.#dataSet;
    const rest = this.#rest;
    if (!dataSet) return;
    for (const index of rest.splice(0, PAGE)) {
      const name = dataSet.name(index);
      const picture = await dataSet.read(index).catch(() => undefined);
      // Another cell may have been opened meanwhile.
      if (rest !== this.#rest) return;
      const figure = create('li');
      figure.append(picture ? this.#draw(picture, name) : '', create('span', '', baseName(name)));
      this.#list.append(figure);
    }
    this.#more.hidden = rest.length === 0;
    this.#more.textContent = `Show more of ${formatCount(rest.length)} others`;
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
