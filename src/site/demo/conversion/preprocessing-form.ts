import { type ChannelOrder, channelCount, type Preprocessing } from '../../../image/preprocessing.ts';
import { byId } from '../../shared/dom.ts';
import type { PreprocessingChoice } from './convert.worker.ts';

/** A form for the preprocessing that Caffe files leave open: mean, scale, and channel order. */
export class PreprocessingForm {
  readonly #form = byId('preprocessing-form', HTMLFormElement);
  readonly #mean = byId('preprocessing-mean', HTMLInputElement);
  readonly #scale = byId('preprocessing-scale', HTMLInputElement);
  readonly #channels = byId('preprocessing-channels', HTMLSelectElement);

  constructor(onSubmit: (choice: PreprocessingChoice) => void) {
    this.#mean.addEventListener('input', () => this.#checkMean());
    this.#channels.addEventListener('change', () => this.#checkMean());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      onSubmit(this.#choice());
    });
  }

  /** Shows the current preprocessing. */
  show({ mean, scale, channels }: Preprocessing): void {
    const isImage = mean.kind === 'image';
    this.#mean.value = isImage ? '' : mean.values.join(', ');
    this.#mean.placeholder = isImage ? 'the mean image' : '';
    this.#mean.required = !isImage;
    this.#scale.value = String(scale);
    this.#channels.value = channels;
    for (const option of this.#channels.options) {
      option.disabled = channelCount(option.value as ChannelOrder) !== channelCount(channels);
    }
    this.#form.hidden = false;
  }

  #choice(): PreprocessingChoice {
    const mean = this.#meanValues();
    return {
      ...(mean.length > 0 ? { mean } : {}),
      scale: Number(this.#scale.value),
      channels: this.#channels.value as ChannelOrder,
    };
  }

  #meanValues(): number[] {
    return (this.#mean.value.match(/[^\s,;]+/g) ?? []).map(Number);
  }

  #checkMean(): void {
    const values = this.#meanValues();
    const wanted = channelCount(this.#channels.value as ChannelOrder);
    const isRight = values.length === 0 || (values.length === wanted && values.every(Number.isFinite));
    const numbers = wanted === 1 ? 'one number' : `${wanted} numbers separated by commas`;
    this.#mean.setCustomValidity(isRight ? '' : `Enter ${numbers}, in channel order.`);
  }
}
