/**
 * A tab list that follows the WAI-ARIA pattern: one tab is in the tab order; the arrow keys, Home and End move along the
 * row. Each tab names its panel in `aria-controls`.
 */
export class Tabs {
  readonly #tabs: readonly HTMLButtonElement[];
  readonly #onChange: (id: string) => void;

  constructor(list: HTMLElement, onChange: (tabId: string) => void) {
    this.#tabs = [...list.querySelectorAll<HTMLButtonElement>('[role=tab]')];
    this.#onChange = onChange;
    for (const tab of this.#tabs) {
      tab.addEventListener('click', () => this.select(tab.id));
      tab.addEventListener('keydown', (event) => this.#onKey(event, tab));
    }
  }

  select(tabId: string): void {
    for (const tab of this.#tabs) {
      const isSelected = tab.id === tabId;
      tab.setAttribute('aria-selected', String(isSelected));
      tab.tabIndex = isSelected ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '');
      if (panel) panel.hidden = !isSelected;
    }
    this.#onChange(tabId);
  }

  #onKey(event: KeyboardEvent, tab: HTMLButtonElement): void {
    const last = this.#tabs.length - 1;
    const index = this.#tabs.indexOf(tab);
    const target = {
      ArrowRight: index === last ? 0 : index + 1,
      ArrowLeft: index === 0 ? last : index - 1,
      Home: 0,
      End: last,
    }[event.key];
    const next = target === undefined ? undefined : this.#tabs[target];
    if (!next) return;
    event.preventDefault();
    next.focus();
    this.select(next.id);
  }
}
