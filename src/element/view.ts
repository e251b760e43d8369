import type { Category } from '../client/index.ts';
import { Announcer } from './announcer.ts';
import type { FailureText } from './failures.ts';
import type { Framing } from './framing.ts';
import type { Media } from './media.ts';
import { STYLE } from './style.ts';
import { percentFormat, wordsIn } from './words.ts';

/** Receives what the user does. */
export interface ViewListener {
  onToggle(): void;
  onRetry(): void;
  onFile(file: File): void;
}

/** The buttons that are shown. */
export interface ControlsState {
  readonly isShown: boolean;
  /** Medium that the first button starts and stops; undefined if there is nothing to start. */
  readonly live: 'camera' | 'video' | undefined;
  readonly isRunning: boolean;
}

interface ShownResult {
  readonly label: string | undefined;
  readonly scores: readonly Category[];
}

let sheet: CSSStyleSheet | undefined;

/** The content of the element's shadow root: media, result, progress, failure and controls. */
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
  /** Labels are in the model's language, whose direction may differ from the page's. */
  readonly #label = make('bdi');
  readonly #scores = make('ul', { class: 'scores', part: 'scores' });
  readonly #resultBox = make(
    'div',
    { class: 'result', part: 'result' },
    make('p', { class: 'label', part: 'label' }, this.#label),
    this.#scores,
  );
  readonly #progress = make('progress', { part: 'progress', max: '1' });
  readonly #progressText = make('span');
  readonly #loading = make('label', { class: 'progress' }, this.#progressText, this.#progress);
  readonly #failure = make('p', { class: 'failure', part: 'error', role: 'alert' });
  readonly #announcement = make('p', { class: 'announcement', role: 'status' });
  readonly #announcer = new Announcer(this.#announcement);
  #words = wordsIn('en');
  #percent = percentFormat('en');
  #result: ShownResult | undefined;

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
        make('slot', { name: 'result' }, this.#resultBox),
        this.#loading,
        this.#failure,
        this.#retry,
        make('slot', { name: 'controls' }, this.#controls),
        this.#input,
      ),
      this.#announcement,
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
    this.#posterSlot.addEventListener('slotchange', () => this.#updateHint());
    this.showMedia(undefined);
    this.showProgress(undefined);
    this.showFailure(undefined, false);
  }

  /** Sets the language of everything that is shown from now on, and of the current result. */
  setLanguage(language: string): void {
    this.#words = wordsIn(language);
    this.#percent = percentFormat(language);
    this.#hint.textContent = this.#words.dropHere;
    this.#choose.textContent = this.#words.chooseFile;
    this.#retry.textContent = this.#words.retry;
    this.#progressText.textContent = this.#words.loading;
    this.#renderResult();
  }

  showMedia(media: Media | undefined): void {
    this.#media.replaceChildren(...(media ? [media.shown] : []));
    media?.shown.setAttribute('part', media.kind);
    this.#posterSlot.hidden = media !== undefined;
    this.#updateHint();
    this.#updateResultBox();
  }

  /** @param text Text alternative; an empty one marks decoration, undefined stands for the kind of medium. */
  describeMedia({ kind, shown }: Media, text: string | undefined): void {
    const description = text ?? this.#words[kind];
    if (shown instanceof HTMLImageElement) shown.alt = description;
    else if (description) shown.setAttribute('aria-label', description);
    else shown.removeAttribute('aria-label');
  }

  /** @param url An empty string shows no poster. */
  showPoster(url: string): void {
    if (url) this.#poster.src = url;
    else this.#poster.removeAttribute('src');
    this.#poster.hidden = !url;
    this.#updateHint();
  }

  frame({ isMirrored, isSquare }: Framing): void {
    this.#layout.classList.toggle('is-mirrored', isMirrored);
    this.#layout.classList.toggle('is-square', isSquare);
  }

  showControls({ isShown, live, isRunning }: ControlsState): void {
    this.#controls.hidden = !isShown;
    this.#toggle.hidden = !live;
    const { stop, play, startCamera } = this.#words;
    setText(this.#toggle, isRunning ? stop : live === 'camera' ? startCamera : play);
  }

  /** @param progress 0 to 1; undefined if nothing is loading. */
  showProgress(progress: number | undefined): void {
    this.#loading.hidden = progress === undefined;
    this.#progress.value = progress ?? 0;
    this.#updateResultBox();
  }

  showFailure(text: FailureText | undefined, offersRetry: boolean): void {
    this.#failure.hidden = text === undefined;
    setText(this.#failure, text ? this.#words[text] : '');
    this.#retry.hidden = !offersRetry;
    this.#updateResultBox();
  }

  /**
   * @param label The answer; undefined if the element is unsure.
   * @param scores The bars, best first.
   */
  showResult(label: string | undefined, scores: readonly Category[]): void {
    this.#result = { label, scores };
    this.#renderResult();
  }

  clearResult(): void {
    this.#result = undefined;
    this.#mark('unsure', false);
    this.#label.textContent = '';
    this.#scores.replaceChildren();
    this.#announcer.clear();
    this.#updateResultBox();
  }

  markDropTarget(isActive: boolean): void {
    this.#mark('dropping', isActive);
  }

  #renderResult(): void {
    if (!this.#result) return;
    const { label, scores } = this.#result;
    const { unsure, looksLike } = this.#words;
    this.#mark('unsure', label === undefined);
    this.#label.textContent = label ?? unsure;
    const rows = this.#scores.children;
    while (rows.length > scores.length) rows[rows.length - 1]?.remove();
    while (rows.length < scores.length) this.#scores.append(newScoreRow());
    for (const [index, { label: name, score }] of scores.entries()) {
      const [nameCell, bar, percentCell] = (rows[index] as HTMLElement).children as unknown as HTMLElement[];
      if (nameCell?.firstChild) nameCell.firstChild.textContent = name;
      bar?.style.setProperty('--score', String(score));
      if (percentCell) percentCell.textContent = this.#percent.format(score);
    }
    this.#announcer.settle(label === undefined ? unsure : looksLike(label));
    this.#updateResultBox();
  }

  #mark(name: string, isOn: boolean): void {
    if (isOn) this.#layout.dataset[name] = '';
    else delete this.#layout.dataset[name];
  }

  /** Reserves space for a result that is about to come, so that the page does not shift. */
  #updateResultBox(): void {
    const isExpected = this.#media.hasChildNodes() && this.#loading.hidden && this.#failure.hidden;
    this.#resultBox.hidden = !isExpected && this.#label.textContent === '';
  }

  #updateHint(): void {
    const hasPoster = !this.#poster.hidden || this.#posterSlot.assignedNodes().length > 0;
    this.#hint.hidden = this.#media.hasChildNodes() || hasPoster;
  }
}

function newScoreRow(): HTMLElement {
  return make(
    'li',
    { class: 'score', part: 'score' },
    make('span', { class: 'name', part: 'name' }, make('bdi')),
    make('span', { class: 'bar', part: 'bar' }),
    make('span', { class: 'percent', part: 'percent' }),
  );
}

/** Leaves an equal text alone: writing it again would make screen readers repeat an alert. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Creates an element with attributes and children. Trusted Types forbid parsing HTML from a string. */
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
