import { version } from '../../../package.json';
import type { ClassifierInfo } from '../../client/index.ts';
import { byId } from '../shared/dom.ts';

/** Time for which the button shows "Copied", in milliseconds. */
const TOLD_FOR = 2000;

/** The "Copy diagnostics" button: collects model, backend, browser and errors as text for a bug report. */
export class Diagnostics {
  readonly #button = byId('copy-diagnostics', HTMLButtonElement);
  readonly #label = this.#button.textContent;
  readonly #text = byId('diagnostics', HTMLTextAreaElement);
  readonly #failures: string[] = [];
  readonly #info: () => ClassifierInfo | undefined;

  constructor(info: () => ClassifierInfo | undefined) {
    this.#info = info;
    this.#button.addEventListener('click', () => void this.#copy());
    addEventListener('error', ({ message }) => this.note(message));
    addEventListener('unhandledrejection', ({ reason }) => this.note(String(reason)));
  }

  /** Records an error for the report. */
  note(failure: string): void {
    this.#failures.push(failure);
  }

  async #copy(): Promise<void> {
    const text = JSON.stringify(this.#facts(), null, 2);
    try {
      await navigator.clipboard.writeText(text);
      this.#button.textContent = 'Copied';
      setTimeout(() => {
        this.#button.textContent = this.#label;
      }, TOLD_FOR);
    } catch {
      // Clipboard access may be denied. The text is then shown for copying by hand.
      this.#text.hidden = false;
      this.#text.value = text;
      this.#text.select();
    }
  }

  #facts() {
    const { network, bytes, backend, preprocessing, provenance } = this.#info() ?? {};
    const shown = (id: string) => byId(id, HTMLElement).textContent;
    return {
      version,
      model: { network, bytes, preprocessing, sources: provenance?.sources },
      backend,
      times: [shown('fact-time'), shown('fact-time-parts'), shown('fact-frames')],
      failures: this.#failures,
      browser: navigator.userAgent,
      processors: navigator.hardwareConcurrency,
      screen: `${innerWidth}×${innerHeight} at ${devicePixelRatio}`,
      isSecureContext,
      crossOriginIsolated,
      webgpu: 'gpu' in navigator,
      keptForOffline: 'serviceWorker' in navigator && navigator.serviceWorker.controller !== null,
    };
  }
}
