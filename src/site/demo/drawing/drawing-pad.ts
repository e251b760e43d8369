import { pixelContext } from '../../shared/dom.ts';
import { KeyboardPen } from './keyboard-pen.ts';
import { type Point, paintStrokes } from './strokes.ts';

/** Side of the classified picture in pixels: ten times that of MNIST. */
const CAPTURE_SIDE = 280;

/** A square canvas for drawing with mouse, finger, pen, or keyboard. */
export class DrawingPad {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #capture = pixelContext(CAPTURE_SIDE, CAPTURE_SIDE);
  readonly #keyboardPen: KeyboardPen;
  readonly #onChange: () => void;
  #strokes: Point[][] = [];
  #isPaintDue = false;
  #isChanged = false;

  /**
   * @param onChange called at most once per animation frame.
   * @param onPen called when the keyboard lifts or lowers the pen.
   */
  constructor(canvas: HTMLCanvasElement, onChange: () => void, onPen: (isDown: boolean) => void) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser did not create a 2D canvas context.');
    this.#canvas = canvas;
    this.#context = context;
    this.#onChange = onChange;
    this.#keyboardPen = new KeyboardPen(canvas, {
      begin: (point) => this.#begin(point),
      extend: (point) => this.#extend(point),
      moved: () => this.#requestPaint(),
      pen: onPen,
      undo: () => this.undo(),
      clear: () => this.clear(),
    });
    this.#listenToPointers();
    new ResizeObserver(() => this.#requestPaint()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#requestPaint());
  }

  get isEmpty(): boolean {
    return this.#strokes.length === 0;
  }

  undo(): void {
    this.#strokes.pop();
    this.#changed();
  }

  clear(): void {
    this.#strokes = [];
    this.#changed();
  }

  /** Returns the drawing as light ink on dark, independent of the page's colours. */
  picture(): ImageData {
    const context = this.#capture;
    context.fillStyle = 'black';
    context.fillRect(0, 0, CAPTURE_SIDE, CAPTURE_SIDE);
    context.strokeStyle = 'white';
    paintStrokes(context, this.#strokes, CAPTURE_SIDE);
    return context.getImageData(0, 0, CAPTURE_SIDE, CAPTURE_SIDE);
  }

  #listenToPointers(): void {
    const canvas = this.#canvas;
    let pointer: number | undefined;
    canvas.addEventListener('pointerdown', (event) => {
      if (pointer !== undefined || event.button !== 0) return;
      pointer = event.pointerId;
      canvas.setPointerCapture(pointer);
      this.#begin(this.#place(event));
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.pointerId !== pointer) return;
      const moves = event.getCoalescedEvents();
      for (const move of moves.length > 0 ? moves : [event]) this.#extend(this.#place(move));
    });
    canvas.addEventListener('lostpointercapture', (event) => {
      if (event.pointerId === pointer) pointer = undefined;
    });
  }

  #place(event: PointerEvent): Point {
    const box = this.#canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  #begin(point: Point): void {
    this.#strokes.push([point]);
    this.#changed();
  }

  #extend(point: Point): void {
    this.#strokes.at(-1)?.push(point);
    this.#changed();
  }

  #changed(): void {
    this.#isChanged = true;
    this.#requestPaint();
  }

  #requestPaint(): void {
    if (this.#isPaintDue) return;
    this.#isPaintDue = true;
    requestAnimationFrame(() => {
      this.#isPaintDue = false;
      this.#paint();
      if (this.#isChanged) this.#onChange();
      this.#isChanged = false;
    });
  }

  #paint(): void {
    const side = Math.round(this.#canvas.clientWidth * devicePixelRatio);
    this.#canvas.width = side;
    this.#canvas.height = side;
    this.#context.strokeStyle = getComputedStyle(this.#canvas).color;
    paintStrokes(this.#context, this.#strokes, side);
    this.#keyboardPen.paint(this.#context, side);
  }
}
