import type { LayerProfile } from '../../bench/engine-protocol.ts';
import type { Peaks } from '../../bench/peaks.ts';
import { type RooflinePlace, rooflinePlace } from '../../bench/roofline.ts';
import { svgElement as element } from '../shared/svg.ts';

const WIDTH = 600;
const HEIGHT = 380;
const LEFT = 64;
const RIGHT = 28;
const TOP = 14;
const BOTTOM = 44;
/** Height of the plot in powers of ten below the highest roof. */
const DECADES = 4;
const INTENSITIES = [0.1, 10_000] as const;

/**
 * Plots multiply-adds per second over multiply-adds per byte, both logarithmic. A step below the slope is limited by
 * memory, one below the flat roof by arithmetic.
 */
export class Roofline {
  constructor(private readonly svg: SVGSVGElement) {
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  }

  /** @param theirs an imported profile, drawn with hollow marks and its own roof. */
  draw(mine: LayerProfile | undefined, theirs: LayerProfile | undefined): void {
    const profiles = [mine, theirs].filter((profile) => profile !== undefined);
    const highest = Math.ceil(Math.log10(Math.max(...profiles.map(({ peaks }) => peaks.binary))));
    const [least, most] = INTENSITIES.map(Math.log10) as [number, number];
    const inside = (share: number) => Math.min(1, Math.max(0, share));
    const x = (intensity: number) =>
      LEFT + inside((Math.log10(intensity) - least) / (most - least)) * (WIDTH - LEFT - RIGHT);
    const y = (rate: number) => TOP + inside((highest - Math.log10(rate)) / DECADES) * (HEIGHT - TOP - BOTTOM);
    const roof = (peak: number, { bandwidth }: Peaks) =>
      Array.from({ length: 60 }, (_, index) => 10 ** (least + ((most - least) * index) / 59))
        .map((intensity) => `${x(intensity)},${y(Math.min(peak, bandwidth * intensity))}`)
        .join(' ');
    const rates = Array.from({ length: DECADES + 1 }, (_, index) => highest - index);
    const intensities = Array.from({ length: most - least + 1 }, (_, index) => least + index);
    const [ownPlaces, theirPlaces] = [placesOf(mine), placesOf(theirs)];
    const named = (mark: SVGElement, { layer, milliseconds }: Step) => {
      mark.append(element('title', {}, `${layer}: ${milliseconds.toFixed(2)} ms`));
      return mark;
    };
    this.svg.replaceChildren(
      ...rates.flatMap((power) => [
        element('line', { class: 'chart-grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(10 ** power), y2: y(10 ** power) }),
        element('text', { class: 'chart-tick is-end', x: LEFT - 8, y: y(10 ** power) + 4 }, rateName(power)),
      ]),
      ...intensities.map((power) =>
        element('text', { class: 'chart-tick is-middle', x: x(10 ** power), y: HEIGHT - 24 }, String(10 ** power)),
      ),
      element('text', { class: 'chart-tick is-end', x: WIDTH - RIGHT, y: HEIGHT - 6 }, 'multiply-adds per byte moved'),
      element('text', { class: 'chart-tick', x: LEFT + 6, y: TOP + 10 }, 'multiply-adds per second'),
      ...(theirs
        ? [element('polyline', { class: 'chart-line is-theirs', points: roof(theirs.peaks.binary, theirs.peaks) })]
        : []),
      ...(mine
        ? [
            element('polyline', { class: 'chart-line is-integer', points: roof(mine.peaks.integer, mine.peaks) }),
            element('polyline', { class: 'chart-line', points: roof(mine.peaks.binary, mine.peaks) }),
          ]
        : []),
      ...theirPlaces.map(({ step, place }) => {
        const [left, top] = [x(place.intensity) - 4.5, y(place.rate) - 4.5];
        return named(
          element('rect', { class: 'roofline-point is-theirs', x: left, y: top, width: 9, height: 9 }),
          step,
        );
      }),
      ...ownPlaces.map(({ step, place }) => {
        const kind = step.planes > 0 ? 'roofline-point' : 'roofline-point is-other';
        return named(element('circle', { class: kind, cx: x(place.intensity), cy: y(place.rate), r: 5 }), step);
      }),
    );
    const binary = ownPlaces.filter(({ step }) => step.planes > 0).map(({ place }) => place.ofPeak ?? 0);
    const share = (value: number) => `${Math.round(100 * value)}%`;
    this.svg.setAttribute(
      'aria-label',
      binary.length === 0
        ? 'Roofline plot without 1-bit layers'
        : `Roofline plot: 1-bit layers reach ${share(Math.min(...binary))} to ${share(Math.max(...binary))} of the peak`,
    );
  }
}

type Step = LayerProfile['steps'][number];

/** Returns the steps that can be plotted. */
function placesOf(
  profile: LayerProfile | undefined,
): readonly { readonly step: Step; readonly place: RooflinePlace }[] {
  if (!profile) return [];
  return profile.steps
    .filter(({ multiplyAdds, milliseconds }) => multiplyAdds > 0 && milliseconds > 0)
    .map((step) => ({ step, place: rooflinePlace(step, profile.peaks) }));
}

function rateName(power: number): string {
  const units = ['', 'K', 'M', 'G', 'T', 'P'];
  return `${10 ** (power % 3)} ${units[Math.floor(power / 3)] ?? ''}`;
}
