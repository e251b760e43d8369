import type { ClassifierInfo } from '../../../client/index.ts';
import { byId, create } from '../../shared/dom.ts';
import { formatBytes } from '../../shared/format.ts';
import type { Notices } from '../../shared/notices.ts';
import type { ModelOffer } from '../../shared/shipped-models.ts';
import type { CaffeFiles } from '../incoming-files.ts';
import { convertFiles } from './conversion.ts';
import type { PreprocessingChoice } from './convert.worker.ts';
import { PreprocessingForm } from './preprocessing-form.ts';

const SLOTS: readonly (readonly [role: keyof CaffeFiles, label: string, absent: string])[] = [
  ['prototxt', 'Network (.prototxt)', 'missing'],
  ['weights', 'Weights (.caffemodel)', 'missing'],
  ['mean', 'Mean image (.binaryproto)', 'none'],
  ['labels', 'Labels (.txt)', 'none'],
];

/** Collects Caffe files, converts them to a model, and converts again if the visitor changes the preprocessing. */
export class ConversionPanel {
  readonly #slots = byId('slots', HTMLElement);
  readonly #status = byId('conversion-status', HTMLElement);
  readonly #save = byId('save-model', HTMLAnchorElement);
  readonly #form: PreprocessingForm;
  readonly #notices: Notices;
  readonly #run: (offer: ModelOffer) => Promise<ClassifierInfo | undefined>;
  #files: Partial<CaffeFiles> = {};
  #isConverted = false;
  /** Counts conversions, so that a slow one does not replace a later one. */
  #turn = 0;

  /** @param run loads a model; resolves to its info, or to undefined after reporting a failure. */
  constructor(
    notices: Notices,
    onFiles: (files: readonly File[]) => void,
    run: (offer: ModelOffer) => Promise<ClassifierInfo | undefined>,
  ) {
    this.#notices = notices;
    this.#run = run;
    this.#form = new PreprocessingForm((choice) => void this.#convert(choice));
    const input = byId('files-input', HTMLInputElement);
    input.addEventListener('change', () => {
      onFiles([...(input.files ?? [])]);
      input.value = '';
    });
    byId('choose-files', HTMLButtonElement).addEventListener('click', () => input.click());
    this.#showSlots();
  }

  /** Adds files, and converts as soon as both the network and its weights are present. */
  add(files: Partial<CaffeFiles>): void {
    const startsAnew = this.#isConverted && (files.prototxt !== undefined || files.weights !== undefined);
    this.#files = startsAnew ? files : { ...this.#files, ...files };
    this.#isConverted = false;
    this.#showSlots();
    void this.#convert({});
  }

  async #convert(choice: PreprocessingChoice): Promise<void> {
    const { prototxt, weights, ...others } = this.#files;
    if (!prototxt || !weights) {
      this.#status.textContent = `Waiting for the ${prototxt ? '.caffemodel' : '.prototxt'} file.`;
      return;
    }
    const turn = ++this.#turn;
    const title = prototxt.name.replace(/\.prototxt$/i, '');
    this.#status.textContent = `Converting ${title}…`;
    try {
      const { bytes, notes } = await convertFiles({ prototxt, weights, ...others }, choice);
      if (turn !== this.#turn) return;
      const source = new Blob([bytes], { type: 'application/octet-stream' });
      const info = await this.#run({ title, knows: 'converted here', source, fileName: `${title}.hwgq` });
      this.#status.textContent = '';
      if (info) this.#converted(title, source, info, notes);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#status.textContent = `${title} was not converted.`;
      this.#notices.show(`${title} could not be converted`, error);
    }
  }

  #converted(title: string, source: Blob, info: ClassifierInfo, notes: readonly string[]): void {
    this.#isConverted = true;
    const sizes = `in ${formatBytes(info.bytes)} instead of ${formatBytes(info.floatBytes)}`;
    this.#status.textContent = [`${info.network || title} is running, ${sizes}.`, ...notes].join(' ');
    URL.revokeObjectURL(this.#save.href);
    this.#save.href = URL.createObjectURL(source);
    this.#save.download = `${title}.hwgq`;
    this.#save.hidden = false;
    this.#form.show(info.preprocessing);
  }

  #showSlots(): void {
    const rows = SLOTS.map(([role, label, absent]) => {
      const file = this.#files[role];
      const row = create('li', file ? 'is-filled' : '');
      row.append(
        create('span', '', label),
        create('span', '', file ? `${file.name}, ${formatBytes(file.size)}` : absent),
      );
      return row;
    });
    this.#slots.replaceChildren(...rows);
  }
}
