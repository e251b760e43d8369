import { create, icon, pixelContext } from '../../shared/dom.ts';

/** Side of stored example pictures in pixels, as for drawings. */
const EXAMPLE_SIDE = 280;

/** Interval between examples while the button is held, and the delay before the first repeat, in milliseconds. */
const HELD_PERIOD = 150;
const HELD_AFTER = 400;

/** Functions that a card needs from the page. */
export interface CardSurroundings {
  /** Returns the picture that is currently shown; undefined if there is none. */
  readonly shown: () => ImageData | undefined;
  /** Returns whether the shown picture changes by itself, as a camera's does. */
  readonly isMoving: () => boolean;
  readonly onChange: () => void;
  readonly onRemove: (card: TaughtClassCard) => void;
  /** Adds pictures from files to a card. */
  readonly onFiles: (card: TaughtClassCard, files: readonly File[]) => void;
}

/** A class being taught: its name, its examples, and the controls to add examples. */
export class TaughtClassCard {
  readonly element = create('li', 'taught-class');
  readonly #surroundings: CardSurroundings;
  readonly #name = create('input');
  readonly #count = create('span', 'hint');
  readonly #strip = create('div', 'example-strip');
  readonly #undo = create('button', 'icon-button');
  readonly #examples: ImageData[] = [];

  constructor(number: number, surroundings: CardSurroundings) {
    this.#surroundings = surroundings;
    this.#name.type = 'text';
    this.#name.autocomplete = 'off';
    this.#name.placeholder = `Class ${number}`;
    this.#name.setAttribute('aria-label', `Name of class ${number}`);
    this.#name.addEventListener('input', () => surroundings.onChange());
    this.#strip.setAttribute('aria-hidden', 'true');
    const head = create('div', 'taught-head');
    head.append(this.#name, this.#removeButton());
    const buttons = create('div', 'taught-buttons');
    buttons.append(this.#addButton(), this.#chooseButton(), this.#undoButton());
    this.element.append(head, buttons, this.#count, this.#strip);
    this.#takeDrops();
    this.#show();
  }

  /** The entered name, or the placeholder. */
  get label(): string {
    return this.#name.value.trim() || this.#name.placeholder;
  }

  get examples(): readonly ImageData[] {
    return this.#examples;
  }

  focus(): void {
    this.#name.focus();
  }

  add(square: ImageData): void {
    this.#examples.push(shrunk(square));
    this.#show();
    this.#surroundings.onChange();
  }

  #show(): void {
    const count = this.#examples.length;
    this.#count.textContent = count === 1 ? '1 example' : `${count} examples`;
    this.#undo.disabled = count === 0;
    while (this.#strip.children.length > count) this.#strip.lastElementChild?.remove();
    for (const example of this.#examples.slice(this.#strip.children.length)) this.#strip.append(thumbnail(example));
    this.#strip.scrollLeft = this.#strip.scrollWidth;
  }

  #addShown(): void {
    const square = this.#surroundings.shown();
    if (square) this.add(square);
  }

  #addButton(): HTMLButtonElement {
    const button = create('button', 'button', 'Add what is shown');
    button.type = 'button';
    let timer = 0;
    let isHeld = false;
    button.addEventListener('pointerdown', () => {
      isHeld = false;
      const again = (): void => {
        if (!this.#surroundings.isMoving()) return;
        isHeld = true;
        this.#addShown();
        timer = window.setTimeout(again, HELD_PERIOD);
      };
      timer = window.setTimeout(again, HELD_AFTER);
    });
    for (const end of ['pointerup', 'pointerleave', 'pointercancel']) {
      button.addEventListener(end, () => clearTimeout(timer));
    }
    // A long press must not open a menu on a phone.
    button.addEventListener('contextmenu', (event) => event.preventDefault());
    button.addEventListener('click', () => {
      if (!isHeld) this.#addShown();
      isHeld = false;
    });
    return button;
  }

  #chooseButton(): HTMLElement {
    const input = create('input');
    input.type = 'file';
    input.accept = 'image/*';
    input.multiple = true;
    input.hidden = true;
    input.setAttribute('aria-label', 'Pictures of this class');
    input.addEventListener('change', () => {
      this.#surroundings.onFiles(this, [...(input.files ?? [])]);
      input.value = '';
    });
    const button = create('button', 'button');
    button.type = 'button';
    button.append(icon('picture'), create('span', 'visually-hidden', 'Choose pictures'));
    button.title = 'Choose pictures';
    button.addEventListener('click', () => input.click());
    const both = create('div');
    both.append(button, input);
    return both;
  }

  #undoButton(): HTMLButtonElement {
    this.#undo.type = 'button';
    this.#undo.setAttribute('aria-label', 'Remove the last example');
    this.#undo.append(icon('undo'));
    this.#undo.addEventListener('click', () => {
      this.#examples.pop();
      this.#show();
      this.#surroundings.onChange();
    });
    return this.#undo;
  }

  #removeButton(): HTMLButtonElement {
    const button = create('button', 'icon-button');
    button.type = 'button';
    button.setAttribute('aria-label', 'Remove this class');
    button.append(icon('close'));
    button.addEventListener('click', () => this.#surroundings.onRemove(this));
    return button;
  }

  /** Adds files dropped on the card as examples. Without this the page would classify them. */
  #takeDrops(): void {
    this.element.addEventListener('drop', (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      this.#surroundings.onFiles(this, files);
    });
  }
}

function thumbnail(example: ImageData): HTMLCanvasElement {
  const canvas = create('canvas');
  canvas.width = example.width;
  canvas.height = example.height;
  canvas.getContext('2d')?.putImageData(example, 0, 0);
  return canvas;
}

function shrunk(square: ImageData): ImageData {
  if (square.width <= EXAMPLE_SIDE) return square;
  const full = pixelContext(square.width, square.height);
  full.putImageData(square, 0, 0);
  const small = pixelContext(EXAMPLE_SIDE, EXAMPLE_SIDE);
  small.imageSmoothingQuality = 'high';
  small.drawImage(full.canvas, 0, 0, EXAMPLE_SIDE, EXAMPLE_SIDE);
  return small.getImageData(0, 0, EXAMPLE_SIDE, EXAMPLE_SIDE);
}
