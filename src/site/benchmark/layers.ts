import type { LayerProfile } from '../../bench/engine-protocol.ts';
import type { ModeProfile } from '../../bench/mode-profile.ts';
import type { Peaks } from '../../bench/peaks.ts';
import { rooflinePlace } from '../../bench/roofline.ts';
import { byId, create } from '../shared/dom.ts';
import { barCell, type Compared, compared, figureCell, headedRow, theirFigure } from './compared-rows.ts';
import { Roofline } from './roofline-plot.ts';

type Step = LayerProfile['steps'][number];

/** A step with its context. */
interface LayerOfRun {
  /** The layer name and the index of the step within the layer. */
  readonly id: string;
  readonly step: Step;
  readonly peaks: Peaks;
  /** Share of the time of the whole run. */
  readonly share: number;
}

/** Shows the time of each layer for one mode, beside that of an imported result. */
export class LayerView {
  readonly #section = byId('layers', HTMLElement);
  readonly #menu = byId('mode', HTMLSelectElement);
  readonly #roofline = new Roofline(document.querySelector('#roofline') as SVGSVGElement);
  #modes: readonly Compared<ModeProfile>[] = [];

  constructor() {
    this.#menu.addEventListener('change', () => this.#draw());
  }

  show(mine: readonly ModeProfile[], theirs: readonly ModeProfile[]): void {
    const withLayers = (profiles: readonly ModeProfile[]) => profiles.filter(({ layers }) => layers);
    this.#modes = compared(withLayers(mine), withLayers(theirs), ({ name }) => name);
    this.#section.hidden = this.#modes.length === 0;
    const chosen = this.#menu.value;
    this.#menu.replaceChildren(
      ...this.#modes.map(({ name }) => {
        const option = create('option', '', name);
        option.value = name;
        option.selected = name === chosen;
        return option;
      }),
    );
    this.#draw();
  }

  #draw(): void {
    const mode = this.#modes.find(({ name }) => name === this.#menu.value);
    const [mine, theirs] = [mode?.mine?.layers, mode?.theirs?.layers];
    if (!mine && !theirs) return;
    this.#showRows(compared(layersOf(mine), layersOf(theirs), ({ id }) => id));
    this.#roofline.draw(mine, theirs);
    byId('peaks', HTMLElement).textContent = [
      ...(mine ? [`Measured here, per second: ${peakText(mine.peaks)}.`] : []),
      ...(theirs ? [`Measured there: ${peakText(theirs.peaks)}.`] : []),
      'An operation of a 1-bit layer is the AND or the count of one bit.',
    ].join(' ');
  }

  #showRows(pairs: readonly Compared<LayerOfRun>[]): void {
    const timeOf = ({ step }: LayerOfRun) => step.milliseconds;
    const longest = Math.max(
      ...pairs.flatMap(({ mine, theirs }) => [mine, theirs]).map((layer) => (layer ? timeOf(layer) : 0)),
    );
    const rows = pairs.map((pair) => {
      const { mine, theirs } = pair;
      const { layer = '', kind = '', planes = 0 } = (mine ?? theirs)?.step ?? {};
      const row = headedRow(layer, planes > 0);
      row.append(
        barCell(pair, timeOf, longest),
        figureCell(pair, (layer) => `${timeOf(layer).toFixed(2)} ms`),
        figureCell(pair, ({ share }) => `${(100 * share).toFixed(1)}%`),
        figureCell(pair, operationsText),
        figureCell(pair, ofPeakText),
      );
      const [ours, other] = [mine?.step.variant, theirs?.step.variant];
      if (ours) row.cells[0]?.append(create('small', 'kernel', ours));
      if (other !== ours) row.cells[0]?.append(...theirFigure(other));
      row.title = kind;
      return row;
    });
    byId('layer-rows', HTMLElement).replaceChildren(...rows);
  }
}

function layersOf(profile: LayerProfile | undefined): readonly LayerOfRun[] {
  if (!profile) return [];
  const { steps, peaks } = profile;
  const total = steps.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const counts = new Map<string, number>();
  return steps.map((step) => {
    const count = (counts.get(step.layer) ?? 0) + 1;
    counts.set(step.layer, count);
    return { id: `${step.layer} ${count}`, step, peaks, share: step.milliseconds / total };
  });
}

function operationsText({ step, peaks }: LayerOfRun): string {
  const { operations } = rooflinePlace(step, peaks);
  return step.multiplyAdds > 0 && Number.isFinite(operations) ? perSecond(operations) : '';
}

function ofPeakText({ step, peaks }: LayerOfRun): string {
  const { ofPeak } = rooflinePlace(step, peaks);
  return ofPeak === undefined ? '' : `${(100 * ofPeak).toFixed(0)}%`;
}

function peakText({ binary, integer, bandwidth }: Peaks): string {
  return (
    `${perSecond(binary)} multiply-adds of 1-bit weights and 2-bit activations, ` +
    `${perSecond(integer)} of integers, ${perSecond(bandwidth)}B read from memory`
  );
}

/** Formats a rate with a unit prefix and two or three digits. */
function perSecond(rate: number): string {
  const [unit, divisor] = rate >= 1e12 ? ['T', 1e12] : rate >= 1e9 ? ['G', 1e9] : ['M', 1e6];
  const value = rate / (divisor as number);
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
}
