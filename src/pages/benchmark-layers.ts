import type { LayerProfile } from '../bench/engine-protocol.ts';
import type { Examination } from '../bench/examine.ts';
import { rooflinePlace } from '../bench/roofline.ts';
import { figureCell, headedRow } from './benchmark-tables.ts';
import { byId, create } from './dom.ts';
import { Roofline } from './roofline-plot.ts';

/** Where the time of a run goes, of one mode at a time. */
export class LayerView {
  readonly #section = byId('layers', HTMLElement);
  readonly #menu = byId('mode', HTMLSelectElement);
  readonly #roofline = new Roofline(document.querySelector('#roofline') as SVGSVGElement);
  #examinations: readonly Examination[] = [];

  constructor() {
    this.#menu.addEventListener('change', () => this.#draw());
  }

  show(examinations: readonly Examination[]): void {
    this.#examinations = examinations.filter(({ layers }) => layers);
    this.#section.hidden = this.#examinations.length === 0;
    const chosen = this.#menu.value;
    this.#menu.replaceChildren(
      ...this.#examinations.map(({ name }) => {
        const option = create('option', '', name);
        option.value = name;
        option.selected = name === chosen;
        return option;
      }),
    );
    this.#draw();
  }

  #draw(): void {
    const { layers } = this.#examinations.find(({ name }) => name === this.#menu.value) ?? {};
    if (!layers) return;
    this.#showRows(layers);
    this.#roofline.draw(layers);
    const { binary, integer, bandwidth } = layers.peaks;
    byId('peaks', HTMLElement).textContent =
      `Measured here, a second: ${perSecond(binary)} multiply-adds of 1-bit weights and 2-bit activations, ` +
      `${perSecond(integer)} of whole numbers, ${perSecond(bandwidth)}B read from memory. An operation of a 1-bit layer is an AND or a count of one bit.`;
  }

  #showRows({ steps, peaks }: LayerProfile): void {
    const total = steps.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const longest = Math.max(...steps.map(({ milliseconds }) => milliseconds));
    const rows = steps.map((step) => {
      const { operations, ofPeak } = rooflinePlace(step, peaks);
      const row = headedRow(step.layer, step.planes > 0);
      const bar = create('td', 'bench-bar');
      bar.style.setProperty('--median', String(step.milliseconds / longest));
      const track = create('span', 'bench-track');
      track.append(create('span', 'bench-fill'));
      bar.append(track);
      row.append(
        bar,
        figureCell(`${step.milliseconds.toFixed(2)} ms`),
        figureCell(`${((100 * step.milliseconds) / total).toFixed(1)}%`),
        figureCell(step.multiplyAdds > 0 && Number.isFinite(operations) ? perSecond(operations) : ''),
        figureCell(ofPeak === undefined ? '' : `${(100 * ofPeak).toFixed(0)}%`),
      );
      if (step.variant) row.cells[0]?.append(create('small', 'kernel', step.variant));
      row.title = step.kind;
      return row;
    });
    byId('layer-rows', HTMLElement).replaceChildren(...rows);
  }
}

/** A rate with the unit's prefix, two or three digits. */
function perSecond(rate: number): string {
  const [unit, divisor] = rate >= 1e12 ? ['T', 1e12] : rate >= 1e9 ? ['G', 1e9] : ['M', 1e6];
  const value = rate / (divisor as number);
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
}
