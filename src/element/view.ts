import type { Category } from '../client/index.ts';
import { Announcer } from './announcer.ts';
import type { Framing } from './framing.ts';
import type { Media } from './media.ts';
import { STYLE } from './style.ts';
import { type Words, wordsIn } from './words.ts';

/** What a visitor does. */
export interface ViewListener {
  onToggle(): void;
  onRetry(): void;
  onFile(file: File): void;
}

/** What there is to press. */
export interface OfferedControls {
  readonly isOffered: boolean;
  /** What can be started; nothing where only still pictures are looked at. */
  readonly live?: 'camera' | 'video';
  readonly isRunning: boolean;
}

let sheet: CSSStyleSheet | undefined;

/** The element's inside: what is looked at, what it is taken for, and what there is to press. */
export class View {
  readonly #layout = make('div', { class: 'layout', part: 'layout' });
  readonly #media = make('div', { class: 'media', part: 'media' });
  readonly #poster = make('img', { class: 'poster', part: 'poster', alt: '' });
  readonly #posterSlot = make('slot', { name: 'poster' }, this.#poster);
  readonly #hint = make('p', { class: 'hint', part: 'hint' });
  readonly #toggle = make('button', { class: 'primary', part: 'button toggle-button', type: 'button' });
  readonly #choose = make('button', { part: 'button choose-button', type: 'button' });
  readonly #retry = make('button', { class: 'retry', part: 'button retry-button', type: 'button' });
  readonly #input = make('input', { type: 'file', accept: 'image/*,video/*' });
  readonly #controls = make('div', { class: 'controls', part: 'controls' }, this.#toggle, this.#choose);
  /** Labels are in the model's language, which may run the other way. */
  readonly #label = make('bdi');
  readonly #scores = make('ul', { class: 'scores', part: 'scores' });
  readonly #result = make(
    'div',
    { class: 'result', part: 'result' },
    make('p', { class: 'label', part: 'label' }, this.#label),
    this.#scores,
  );
  readonly #progress = make('progress', { part: 'progress', max: '1' });
  readonly #progressText = make('span');
  readonly #loading = make('label', { class: 'progress' }, this.#progressText, this.#progress);
  readonly #failure = make('p', { class: 'failure', part: 'error', role: 'alert' });
  readonly #spoken = make('p', { class: 'spoken', role: 'status' });
  readonly #announcer = new Announcer(this.#spoken);
  #words = wordsIn('en');

  constructor(root: ShadowRoot, listener: ViewListener) {
    sheet ??= new CSSStyleSheet();
    if (sheet.cssRules.length === 0) sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#input.hidden = true;
    this.#retry.hidden = true;
    this.#layout.append(
      make('div', { class: 'frame', part: 'frame' }, this.#posterSlot, this.#media, this.#hint),
      make(
        'div',
        { class: 'side', part: 'side' },
        make('slot', { name: 'result' }, this.#result),
        this.#loading,
        this.#failure,
        this.#retry,
        make('slot', { name: 'controls' }, this.#controls),
        this.#input,
      ),
      this.#spoken,
    );
    root.append(this.#layout);
    this.#toggle.addEventListener('click', () => listener.onToggle());
    this.#retry.addEventListener('click', () => listener.onRetry());
    this.#choose.addEventListener('click', () => this.#input.click());
    this.#input.addEventListener('change', () => {
      const [file] = this.#input.files ?? [];
      if (file) listener.onFile(file);
      this.#input.value = '';
    });
    this.#posterSlot.addEventListener('slotchange', () => this.#showHint());
    this.showMedia(undefined);
    this.showProgress(undefined);
    this.showFailure(undefined, false);
  }

  speak(words: Words): void {
    this.#words = words;
    this.#hint.textContent = words.dropPicture;
    this.#choose.textContent = words.choosePicture;
    this.#retry.textContent = words.retry;
    this.#progressText.textContent = words.loading;
  }

  showMedia(media: Media | undefined): void {
    this.#media.replaceChildren(...(media ? [media.shown] : []));
    media?.shown.setAttribute('part', media.kind);
    this.#posterSlot.hidden = media !== undefined;
    this.#showHint();
    this.#showPlace();
  }

  /** @param text what a medium shows, for those who do not see it; empty where it is but decoration. */
  describe({ shown }: Media, text: string): void {
    if (shown instanceof HTMLImageElement) shown.alt = text;
    else if (text) shown.setAttribute('aria-label', text);
    else shown.removeAttribute('aria-label');
  }

  showPoster(url: string | null): void {
    if (url) this.#poster.src = url;
    else this.#poster.removeAttribute('src');
    this.#poster.hidden = !url;
    this.#showHint();
  }

  frame({ isMirrored, isSquare }: Framing): void {
    this.#layout.classList.toggle('is-mirrored', isMirrored);
    this.#layout.classList.toggle('is-square', isSquare);
  }

  showControls({ isOffered, live, isRunning }: OfferedControls): void {
    this.#controls.hidden = !isOffered;
    this.#toggle.hidden = !live;
    const { stop, play, startCamera } = this.#words;
    this.#toggle.textContent = isRunning ? stop : live === 'camera' ? startCamera : play;
  }

  /** @param progress 0 to 1; undefined where nothing loads. */
  showProgress(progress: number | undefined): void {
    this.#loading.hidden = progress === undefined;
    this.#progress.value = progress ?? 0;
    this.#showPlace();
  }

  showFailure(text: string | undefined, mayRetry: boolean): void {
    this.#failure.hidden = text === undefined;
    this.#failure.textContent = text ?? '';
    this.#retry.hidden = !mayRetry;
    this.#showPlace();
  }

  /** @param label undefined where the network is not sure. */
  showResult(label: string | undefined, categories: readonly Category[], percent: Intl.NumberFormat): void {
    const { unsure, looksLike } = this.#words;
    this.#mark('unsure', label === undefined);
    this.#label.textContent = label ?? unsure;
    const rows = this.#scores.children;
    while (rows.length > categories.length) rows[rows.length - 1]?.remove();
    while (rows.length < categories.length) this.#scores.append(newRow());
    for (const [index, { label: name, score }] of categories.entries()) {
      const [nameCell, bar, percentCell] = (rows[index] as HTMLElement).children as unknown as HTMLElement[];
      if (nameCell?.firstChild) nameCell.firstChild.textContent = name;
      bar?.style.setProperty('--score', String(score));
      if (percentCell) percentCell.textContent = percent.format(score);
    }
    this.#announcer.settle(label === undefined ? unsure : looksLike(label));
    this.#showPlace();
  }

  clearResult(): void {
    this.#mark('unsure', false);
    this.#label.textContent = '';
    this.#scores.replaceChildren();
    this.#announcer.clear();
    this.#showPlace();
  }

  markDropping(isDropping: boolean): void {
    this.#mark('dropping', isDropping);
  }

  #mark(name: string, isOn: boolean): void {
    if (isOn) this.#layout.dataset[name] = '';
    else delete this.#layout.dataset[name];
  }

  /** The result's place is kept while one is awaited, but for what is shown until the model is there. */
  #showPlace(): void {
    const isAwaited = this.#media.hasChildNodes() && this.#loading.hidden && this.#failure.hidden;
    this.#result.hidden = !isAwaited && this.#label.textContent === '';
  }

  #showHint(): void {
    const isPosterShown = !this.#poster.hidden || this.#posterSlot.assignedNodes().length > 0;
    this.#hint.hidden = this.#media.hasChildNodes() || isPosterShown;
  }
}

function newRow(): HTMLElement {
  return make(
    'li',
    { class: 'score', part: 'score' },
    make('span', { class: 'name', part: 'name' }, make('bdi')),
    make('span', { class: 'bar', part: 'bar' }),
    make('span', { class: 'percent', part: 'percent' }),
  );
}

/** An element with attributes; parsing a text instead is what Trusted Types forbid. */
function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
