import type { Point } from './strokes.ts';

/** The actions of a keyboard pen. */
export interface PenActions {
  begin(point: Point): void;
  extend(point: Point): void;
  /** The cursor moved, appeared, or disappeared: repaint. */
  moved(): void;
  pen(isDown: boolean): void;
  undo(): void;
  clear(): void;
}

const STEP = 1 / 28;
const DIRECTIONS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

/**
 * Keyboard drawing: the arrow keys move a cursor (two together move it diagonally), Space or Enter lowers and lifts the
 * pen, Backspace undoes the last stroke, Delete clears.
 */
export class KeyboardPen {
  readonly #actions: PenActions;
  readonly #held = new Set<string>();
  #place: Point = { x: 0.5, y: 0.25 };
  #isDown = false;
  #isShown = false;

  constructor(target: HTMLElement, actions: PenActions) {
    this.#actions = actions;
    target.addEventListener('keydown', (event) => this.#onKey(event));
    target.addEventListener('keyup', (event) => this.#held.delete(event.key));
    target.addEventListener('focus', () => this.#show(target.matches(':focus-visible')));
    target.addEventListener('blur', () => this.#show(false));
    target.addEventListener('pointerdown', () => this.#show(false));
  }

  /** Paints the cursor, if visible, on a square of `side` pixels. */
  paint(context: CanvasRenderingContext2D, side: number): void {
    if (!this.#isShown) return;
    const radius = (this.#isDown ? 0.05 : 0.035) * side;
    context.lineWidth = 0.006 * side;
    context.beginPath();
    context.arc(this.#place.x * side, this.#place.y * side, radius, 0, 2 * Math.PI);
    context.stroke();
  }

  #show(isShown: boolean): void {
    this.#isShown = isShown;
    this.#held.clear();
    if (!isShown) this.#isDown = false;
    this.#actions.moved();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in DIRECTIONS) this.#move(event.key);
    else if (event.key === ' ' || event.key === 'Enter') this.#toggle(event.repeat);
    else if (event.key === 'Backspace') this.#lift(() => this.#actions.undo());
    else if (event.key === 'Delete') this.#lift(() => this.#actions.clear());
    else return;
    event.preventDefault();
  }

  #move(key: string): void {
    this.#isShown = true;
    this.#held.add(key);
    let { x, y } = this.#place;
    for (const held of this.#held) {
      x += DIRECTIONS[held]?.x ?? 0;
      y += DIRECTIONS[held]?.y ?? 0;
    }
    this.#place = { x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) };
    if (this.#isDown) this.#actions.extend(this.#place);
    else this.#actions.moved();
  }

  #toggle(isRepeat: boolean): void {
    if (isRepeat) return;
    this.#isShown = true;
    this.#isDown = !this.#isDown;
    this.#actions.pen(this.#isDown);
    if (this.#isDown) this.#actions.begin(this.#place);
    else this.#actions.moved();
  }

  #lift(action: () => void): void {
    this.#isDown = false;
    action();
  }
}
