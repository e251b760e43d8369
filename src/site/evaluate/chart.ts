import type { Evaluation } from '../../tools/evaluation/evaluation.ts';
import { formatCount, formatShare } from '../shared/format.ts';
import { svgElement as element } from '../shared/svg.ts';

/** The accuracy after a number of pictures. */
interface Point {
  readonly done: number;
  readonly top1: number;
  readonly top5: number;
}

const WIDTH = 600;
const HEIGHT = 220;
const LEFT = 60;
const BOTTOM = 30;
const TOP = 8;
const RIGHT = 8;
/** Maximum number of points. Beyond it, every second point is dropped. */
const MOST_POINTS = 300;
/** Number of pictures to ignore when choosing the scale, because early accuracies vary too much. */
const SETTLED_AFTER = 30;

/** Plots top-1 and top-5 accuracy over the pictures evaluated so far. */
export class AccuracyChart {
  readonly #svg: SVGSVGElement;
  #points: Point[] = [];

  constructor(svg: SVGSVGElement) {
    this.#svg = svg;
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  }

  reset(): void {
    this.#points = [];
    this.#draw();
  }

  add({ pictures, top1, top5 }: Evaluation): void {
    if (pictures === 0) return;
    if (this.#points.length >= MOST_POINTS) this.#points = this.#points.filter((_, index) => index % 2 === 1);
    this.#points.push({ done: pictures, top1, top5 });
    this.#draw();
  }

  #draw(): void {
    const lowest = this.#lowest();
    const seen = this.#points.at(-1)?.done ?? 1;
    const x = (done: number) => LEFT + (done / seen) * (WIDTH - LEFT - RIGHT);
    const y = (share: number) => TOP + ((1 - Math.max(lowest, share)) / (1 - lowest)) * (HEIGHT - TOP - BOTTOM);
    const path = (share: (point: Point) => number) =>
      this.#points.map((point) => `${x(point.done).toFixed(1)},${y(share(point)).toFixed(1)}`).join(' ');
    const ticks = Array.from({ length: 5 }, (_, index) => lowest + ((1 - lowest) * index) / 4);
    this.#svg.replaceChildren(
      ...ticks.flatMap((share) => [
        element('line', { class: 'chart-grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(share), y2: y(share) }),
        element(
          'text',
          { class: 'chart-tick is-end', x: LEFT - 8, y: y(share) + 4 },
          `${Math.round(share * 1000) / 10}%`,
        ),
      ]),
      element('text', { class: 'chart-tick', x: LEFT, y: HEIGHT - 6 }, '0'),
      element(
        'text',
        { class: 'chart-tick is-end', x: WIDTH - RIGHT, y: HEIGHT - 6 },
        this.#points.length > 0 ? `${formatCount(seen)} pictures` : '',
      ),
      element('polyline', { class: 'chart-line is-top5', points: path(({ top5 }) => top5) }),
      element('polyline', { class: 'chart-line is-top1', points: path(({ top1 }) => top1) }),
    );
    this.#svg.setAttribute('aria-label', this.#description());
  }

  /** Returns the lower end of the scale: the multiple of 10% below the settled accuracies. */
  #lowest(): number {
    const settled = this.#points.filter(({ done }) => done >= SETTLED_AFTER);
    const least = settled.reduce((lowest, { top1 }) => Math.min(lowest, top1), this.#points.length > 0 ? 0.99 : 0);
    return Math.max(0, Math.floor(least * 10) / 10 - (least % 0.1 < 0.02 ? 0.1 : 0));
  }

  #description(): string {
    const last = this.#points.at(-1);
    if (!last) return 'Accuracy over the evaluated pictures; none yet';
    return `Accuracy after ${last.done} pictures: top-1 ${formatShare(last.top1)}, top-5 ${formatShare(last.top5)}`;
  }
}
