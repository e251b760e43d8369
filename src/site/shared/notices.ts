import { HwgqError } from '../../errors.ts';
import { create, icon } from './dom.ts';

/** A button of a notice, such as "Try again". */
export interface Remedy {
  readonly label: string;
  readonly run: () => void;
}

/** Shows messages that stay until dismissed, in an alert region that screen readers announce immediately. */
export class Notices {
  readonly #region: HTMLElement;

  readonly #onShow: (text: string) => void;

  /** @param onShow called with the text of each message. */
  constructor(region: HTMLElement, onShow: (text: string) => void = () => {}) {
    this.#region = region;
    this.#onShow = onShow;
  }

  /** Shows an error. Replaces an existing notice with the same title. */
  show(title: string, error: unknown, remedy?: Remedy): void {
    this.#onShow(`${title}: ${messageOf(error)}`);
    for (const notice of [...this.#region.children]) {
      if (notice.querySelector('strong')?.textContent === title) notice.remove();
    }
    const notice = create('div', 'notice');
    const text = create('div', 'notice-text');
    text.append(create('strong', '', title), create('p', '', messageOf(error)));
    notice.append(icon('alert'), text);
    if (remedy) {
      const button = create('button', 'button', remedy.label);
      button.type = 'button';
      button.addEventListener('click', () => {
        notice.remove();
        remedy.run();
      });
      text.append(button);
    }
    notice.append(this.#dismissButton(notice, title));
    this.#region.append(notice);
  }

  clear(): void {
    this.#region.replaceChildren();
  }

  #dismissButton(notice: HTMLElement, title: string): HTMLButtonElement {
    const button = create('button', 'icon-button');
    button.type = 'button';
    button.setAttribute('aria-label', `Dismiss: ${title}`);
    button.append(icon('close'));
    button.addEventListener('click', () => notice.remove());
    return button;
  }
}

/** Returns the message of an `HwgqError` as it is, and that of any other error with its name in front. */
function messageOf(error: unknown): string {
  if (error instanceof HwgqError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
