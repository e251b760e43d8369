import { asChwShape } from '../../../graph/shapes.ts';
import type { LayerWeights } from '../../explain/explainer.ts';
import type { Stage } from '../../explain/stages.ts';
import { byId, create } from '../../shared/dom.ts';
import { formatCount } from '../../shared/format.ts';
import type { Notices } from '../../shared/notices.ts';
import { newestOnly } from '../newest.ts';
import type { NetworkExplorer } from './network-explorer.ts';
import { drawTiles, levelShading, rangeShading } from './tiles.ts';

/** Maximum number of maps and filters drawn. */
const MAX_MAPS = 256;
const MAX_FILTERS = 64;
/** Minimum number of weight blocks per row. */
const MIN_BLOCKS = 24;
/** Maximum width of a row of weights, in pixels. */
const MAX_ROW = 1024;

/** Draws the network: a row of stages, and the values and weights of the selected one. Pauses while out of view. */
export class InsidePanel {
  readonly #network = byId('network', HTMLElement);
  readonly #maps = byId('maps', HTMLCanvasElement);
  readonly #mapsCaption = byId('maps-caption', HTMLElement);
  readonly #weightsFigure = byId('weights-figure', HTMLElement);
  readonly #weights = byId('weights', HTMLCanvasElement);
  readonly #weightsCaption = byId('weights-caption', HTMLElement);
  readonly #notices: Notices;
  #explorer: NetworkExplorer | undefined;
  #stages: readonly Stage[] = [];
  #stage: Stage | undefined;
  #picture: ImageData | undefined;
  /** Whether the row of stages and the values are in view. */
  #isSeen = false;
  #areValuesSeen = false;
  readonly #drawNewest = newestOnly(() => this.#drawMaps());

  constructor(notices: Notices) {
    this.#notices = notices;
    whileInSight(byId('inside', HTMLElement), (isSeen) => {
      this.#isSeen = isSeen;
      void this.#wake();
    });
    whileInSight(byId('inside-views', HTMLElement), (isSeen) => {
      this.#areValuesSeen = isSeen;
      this.#drawNewest(undefined);
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => void this.#select(this.#stage));
  }

  /** Shows a network. */
  use(explorer: NetworkExplorer): void {
    this.#explorer = explorer;
    this.#stages = [];
    this.#stage = undefined;
    void this.#wake();
  }

  /** Shows the values for a picture; clears them if the picture is undefined. */
  look(picture: ImageData | undefined): void {
    this.#picture = picture;
    this.#drawNewest(undefined);
  }

  async #wake(): Promise<void> {
    const explorer = this.#explorer;
    if (!this.#isSeen || !explorer || this.#stages.length > 0) return;
    try {
      const stages = await explorer.stages();
      if (explorer !== this.#explorer || stages.length === 0) return;
      this.#stages = stages;
      // Start with the first stage after the input: its codes still resemble the picture.
      const start = stages.find(({ levels }) => levels) ?? stages[0];
      this.#network.replaceChildren(...stages.map((stage) => this.#node(stage, stage === start)));
      await this.#select(start);
    } catch (error) {
      if (explorer === this.#explorer) this.#notices.show('The network cannot be drawn', error);
    }
  }

  #node(stage: Stage, isSelected: boolean): HTMLElement {
    const node = create('label', 'stage-node');
    const input = create('input');
    input.type = 'radio';
    input.name = 'stage';
    input.checked = isSelected;
    input.addEventListener('change', () => void this.#select(stage));
    const { weights } = stage;
    node.append(input, create('strong', '', stage.name));
    if (weights) node.append(create('small', 'stage-bits', `${formatCount(weights.count)} weights, ${bitsOf(stage)}`));
    node.append(create('small', '', `${stage.shape.join('×')} ${kindOf(stage)}`));
    return node;
  }

  async #select(stage: Stage | undefined): Promise<void> {
    this.#stage = stage;
    this.#drawNewest(undefined);
    const explorer = this.#explorer;
    try {
      const weights = stage && (await explorer?.ask((worker) => worker.weights(stage.name)));
      if (stage !== this.#stage) return;
      this.#weightsFigure.hidden = !weights;
      if (stage && weights) this.#drawWeights(stage, weights);
    } catch (error) {
      if (explorer === this.#explorer) this.#notices.show('The weights cannot be shown', error);
    }
  }

  async #drawMaps(): Promise<void> {
    const [stage, picture, explorer] = [this.#stage, this.#picture, this.#explorer];
    if (!this.#areValuesSeen || !stage || !explorer) return;
    this.#maps.hidden = !picture;
    if (!picture) {
      this.#mapsCaption.textContent = 'Nothing to see yet. Draw a digit or show a picture.';
      return;
    }
    try {
      const values = await explorer.ask((worker) => worker.values(stage.blob, picture));
      if (values && stage === this.#stage && explorer === this.#explorer) this.#showMaps(stage, values);
    } catch (error) {
      if (explorer === this.#explorer) this.#notices.show('The values cannot be shown', error);
    }
  }

  #showMaps(stage: Stage, values: Float32Array): void {
    const { channels, height, width } = asChwShape(stage.shape);
    const count = Math.min(channels, MAX_MAPS * (height * width === 1 ? 16 : 1));
    const columns = Math.ceil(Math.sqrt(count * (height === 1 ? 4 : 2)));
    const shade = stage.levels ? levelShading(stage.levels) : rangeShading(values);
    drawTiles(this.#maps, { values, height, width, columns, count, gap: 1 }, shade);
    const some = count < channels ? `, ${count} of ${channels}` : '';
    const what = height * width === 1 ? `${channels} values` : `${channels} maps of ${height}×${width}`;
    const how = stage.levels
      ? `each value is one of ${stage.levels.length} levels: ${stage.levels.map((level) => level.toFixed(2)).join(', ')}`
      : 'from faint (lowest value) to full (highest)';
    this.#mapsCaption.textContent = `Output of ${stage.name}: ${what}${some}; ${how}.`;
    this.#maps.setAttribute('aria-label', `Values of ${stage.name}`);
  }

  #drawWeights(stage: Stage, { outputs, inputs, kernel, values }: LayerWeights): void {
    const [height, width] = kernel;
    const isDot = height * width === 1;
    const channels = Math.min(inputs, isDot ? MAX_ROW : Math.floor(MAX_ROW / (width + 1)));
    const filters = Math.min(outputs, isDot ? MAX_FILTERS * 4 : MAX_FILTERS);
    const part = cut(values, filters, inputs * height * width, channels * height * width);
    const tiles = isDot
      ? { height: 1, width: channels, columns: 1, count: filters, gap: 0 }
      : { height, width, columns: blocksInRow(channels, filters), count: filters * channels, gap: 1 };
    drawTiles(this.#weights, { ...tiles, values: part }, rangeShading(part));
    const some = filters < outputs || channels < inputs ? ', first ones shown' : '';
    const block = `${height}×${width} each`;
    const layout = isDot ? `${inputs} weights each` : inputs === 1 ? block : `${inputs}×${block}`;
    const how = stage.weights?.form === 'binary' ? 'full is +, faint is −' : 'from faint (lowest) to full (highest)';
    this.#weightsCaption.textContent = `Weights: ${outputs} filters, ${layout}${some}; ${how}.`;
    this.#weights.setAttribute('aria-label', `Weights of ${stage.name}`);
  }
}

function whileInSight(element: HTMLElement, onChange: (isSeen: boolean) => void): void {
  new IntersectionObserver((entries) => onChange(entries.at(-1)?.isIntersecting ?? false)).observe(element);
}

/** Places filters with few input channels side by side, so that they do not form a thin column. */
function blocksInRow(channels: number, filters: number): number {
  return channels * Math.min(filters, Math.max(1, Math.floor(MIN_BLOCKS / channels)));
}

/** Returns the first `length` values of each of the first rows. */
function cut(values: Float32Array, rows: number, rowLength: number, length: number): Float32Array {
  const part = new Float32Array(rows * length);
  for (let row = 0; row < rows; row++) {
    part.set(values.subarray(row * rowLength, row * rowLength + length), row * length);
  }
  return part;
}

function kindOf({ levels, type }: Stage): string {
  if (type === 'input') return 'pixels';
  if (!levels) return 'numbers';
  return levels.length === 2
    ? '1-bit activations'
    : levels.length <= 4
      ? '2-bit activations'
      : `activations of ${levels.length} levels`;
}

function bitsOf({ weights }: Stage): string {
  switch (weights?.form) {
    case 'binary':
    case 'latent':
      return '1 bit each';
    case 'int8':
      return '8 bits each';
    case 'fixed13':
      return '13 bits each';
    case 'float16':
      return '16 bits each';
    default:
      return '32 bits each';
  }
}
