/** Maximum number of layers that a note lists. */
const MAX_LAYERS = 3;

/** Collects what a user should know about the reading of a network, as sentences. */
export class ConversionNotes {
  readonly #sentences: string[] = [];
  readonly #ignored = new Map<string, number>();
  readonly #withoutAlpha: string[] = [];

  add(sentence: string): void {
    this.#sentences.push(sentence);
  }

  /** Records an option that was passed over because it does not affect results. */
  addIgnored(option: string): void {
    this.#ignored.set(option, (this.#ignored.get(option) ?? 0) + 1);
  }

  /** Records a layer with binary weights whose message does not say whether they are scaled. */
  addWithoutAlpha(layer: string): void {
    this.#withoutAlpha.push(layer);
  }

  /** All notes: one sentence or two for each. */
  get all(): string[] {
    const ignored = [...this.#ignored.keys()].map((option) => `'${option}'`);
    return [
      ...this.#sentences,
      ...(this.#withoutAlpha.length > 0
        ? [
            `No binary_convolution_param or binary_inner_product_param in ${listed(this.#withoutAlpha)}: their weights become ±1, without alpha. ` +
              'Forks without these messages scale by mean |w|; for weights of such a fork, add use_alpha: true.',
          ]
        : []),
      ...(ignored.length > 0 ? [`Ignoring options that have no effect at inference: ${ignored.join(', ')}.`] : []),
    ];
  }
}

function listed(layers: readonly string[]): string {
  const names = layers.slice(0, MAX_LAYERS).map((layer) => `'${layer}'`);
  const others = layers.length - names.length;
  return `${layers.length === 1 ? 'layer' : 'layers'} ${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}
