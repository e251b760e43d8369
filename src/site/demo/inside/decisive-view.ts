import type { DecisiveMap } from '../../explain/explainer.ts';
import { byId, create } from '../../shared/dom.ts';
import type { Notices } from '../../shared/notices.ts';
import { newestOnly } from '../newest.ts';
import type { NetworkExplorer } from './network-explorer.ts';

/** Colour and maximum opacity of the overlay on decisive pixels. */
const GLOW = [255, 106, 0] as const;
const GLOW_ALPHA = 200;

/** While enabled, overlays the network's input with how much each pixel contributes to the answer. */
export class DecisiveView {
  readonly #canvas = byId('decisive-map', HTMLCanvasElement);
  readonly #toggle = byId('decisive', HTMLInputElement);
  readonly #hint = byId('decisive-hint', HTMLElement);
  readonly #notices: Notices;
  #explorer: NetworkExplorer | undefined;
  #seen: { readonly picture: ImageData; readonly label: number } | undefined;
  readonly #drawNewest = newestOnly(() => this.#draw());

  constructor(notices: Notices) {
    this.#notices = notices;
    this.#toggle.addEventListener('change', () => {
      this.#show(undefined);
      this.#drawNewest(undefined);
    });
  }

  use(explorer: NetworkExplorer): void {
    this.#explorer = explorer;
    this.clear();
  }

  clear(): void {
    this.#seen = undefined;
    this.#show(undefined);
  }

  /** Explains a picture and the class that it was assigned to. */
  look(picture: ImageData, label: number): void {
    this.#seen = { picture, label };
    if (this.#toggle.checked) this.#drawNewest(undefined);
  }

  async #draw(): Promise<void> {
    const [seen, explorer] = [this.#seen, this.#explorer];
    if (!seen || !explorer || !this.#toggle.checked) return;
    try {
      const map = await explorer.ask((worker) => worker.decisive(seen.picture, seen.label));
      // For a drawing or a camera, the map of a moment ago is still the latest.
      if (map && this.#toggle.checked && this.#seen?.label === seen.label && explorer === this.#explorer)
        this.#show(map);
    } catch (error) {
      if (explorer === this.#explorer) this.#notices.show('The decisive pixels cannot be shown', error);
    }
  }

  #show(map: DecisiveMap | undefined): void {
    this.#canvas.hidden = !map;
    this.#hint.textContent = map ? hintFor(map) : '';
    if (!map) return;
    const { height, width, values } = map;
    const small = create('canvas');
    small.width = width;
    small.height = height;
    const image = new ImageData(width, height);
    for (const [place, value] of values.entries()) image.data.set([...GLOW, GLOW_ALPHA * value], place * 4);
    small.getContext('2d')?.putImageData(image, 0, 0);
    const side = this.#canvas.clientWidth * devicePixelRatio;
    this.#canvas.width = side;
    this.#canvas.height = side;
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    context.imageSmoothingQuality = 'high';
    context.drawImage(small, 0, 0, side, side);
  }
}

function hintFor({ method }: DecisiveMap): string {
  return method === 'occlusion'
    ? 'Bright areas: hiding them lowers the score most.'
    : 'Bright areas: the last feature maps contribute most to the score.';
}
