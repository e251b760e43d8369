import { byId } from '../../shared/dom.ts';
import { DrawingPad } from './drawing-pad.ts';

/** The drawing tab: the canvas and its buttons. */
export class DrawingPanel {
  readonly #pad: DrawingPad;
  readonly #undo = byId('undo', HTMLButtonElement);
  readonly #clear = byId('clear', HTMLButtonElement);

  constructor(onChange: () => void, onPen: (isDown: boolean) => void) {
    this.#pad = new DrawingPad(
      byId('pad', HTMLCanvasElement),
      () => {
        this.#showState();
        onChange();
      },
      onPen,
    );
    this.#undo.addEventListener('click', () => this.#pad.undo());
    this.#clear.addEventListener('click', () => this.#pad.clear());
  }

  /** The drawing; undefined if the canvas is empty. */
  square(): ImageData | undefined {
    return this.#pad.isEmpty ? undefined : this.#pad.picture();
  }

  #showState(): void {
    const { isEmpty } = this.#pad;
    byId('paper', HTMLElement).classList.toggle('is-drawn', !isEmpty);
    this.#undo.disabled = isEmpty;
    this.#clear.disabled = isEmpty;
  }
}
