/** A point in the window, in CSS pixels. */
export type Point = readonly [x: number, y: number];

/** A browser with one page, driven through operations that every automation protocol supports. */
export interface DrivenBrowser {
  /** Opens a page. Resolves when it and its scripts have loaded. */
  open(url: string): Promise<void>;
  /** Runs the body of an async function in the page. Its result is transferred as JSON. */
  evaluate<Result>(body: string): Promise<Result>;
  /** Clicks the center of the element that a CSS selector matches. */
  click(selector: string): Promise<void>;
  /** Presses the mouse at the first point, moves it over the others, and releases it. */
  drag(points: readonly Point[]): Promise<void>;
  /** Returns a PNG of the window. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}
