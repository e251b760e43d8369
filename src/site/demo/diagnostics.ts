import { version } from '../../../package.json';
import type { ClassifierInfo } from '../../client/index.ts';
import { byId } from '../shared/dom.ts';

/** Milliseconds for which the button says that the text was copied. */
const TOLD_FOR = 2000;

/** A text for a bug report: what runs here, on what, and what went wrong. It is made and copied when asked for. */
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

  /** Keeps what went wrong, for the text. */
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
      // The clipboard may be forbidden: then the text is there to be copied by hand.
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
