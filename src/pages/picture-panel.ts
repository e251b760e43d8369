import type { Preprocessing } from '../image/preprocessing.ts';
import { byId } from './dom.ts';
import { frameSeen, squareOfFile } from './square.ts';

/** A still picture: chosen, dropped or pasted, shown with the part of it that the network sees. */
export class PicturePanel {
  readonly #panel = byId('picture-panel', HTMLElement);
  readonly #image = byId('picture-image', HTMLImageElement);
  #square: ImageData | undefined;
  #preprocessing: Preprocessing | undefined;
  /** Counts pictures, so that one which took long to decode does not replace a later one. */
  #turn = 0;

  constructor(onFiles: (files: readonly File[]) => void) {
    const input = byId('picture-input', HTMLInputElement);
    input.addEventListener('change', () => {
      onFiles([...(input.files ?? [])]);
      input.value = '';
    });
    for (const button of this.#panel.querySelectorAll('.choose-picture')) {
      button.addEventListener('click', () => input.click());
    }
    this.#image.addEventListener('load', () => this.#frame());
  }

  /** The picture's middle square; undefined before there is a picture. */
  square(): ImageData | undefined {
    return this.#square;
  }

  /**
   * Shows a picture and keeps its middle square; not, and gives false, where a later one came before it was decoded.
   * @throws HwgqError `invalid-image` where the browser cannot decode it; the picture before stays.
   */
  async open(file: File): Promise<boolean> {
    const turn = ++this.#turn;
    const square = await squareOfFile(file);
    if (turn !== this.#turn) return false;
    this.#square = square;
    URL.revokeObjectURL(this.#image.src);
    this.#image.src = URL.createObjectURL(file);
    this.#image.alt = file.name;
    this.#panel.dataset.state = 'shown';
    return true;
  }

  /** Tells for which preprocessing the seen part is framed. */
  frameFor(preprocessing: Preprocessing): void {
    this.#preprocessing = preprocessing;
    this.#frame();
  }

  #frame(): void {
    const { naturalWidth: width, naturalHeight: height } = this.#image;
    if (!this.#preprocessing || width === 0) return;
    frameSeen(this.#panel, width, height, this.#preprocessing);
  }
}
