/** A place in the window, in CSS pixels. */
export type Point = readonly [x: number, y: number];

/** A browser with one page, driven from outside, in words that every protocol has. */
export interface DrivenBrowser {
  /** Opens a page; returns when it and its scripts are there. */
  open(url: string): Promise<void>;
  /** Runs the body of an async function in the page; what it returns crosses as JSON. */
  evaluate<Result>(body: string): Promise<Result>;
  /** Clicks the middle of what a CSS selector finds. */
  click(selector: string): Promise<void>;
  /** Presses the mouse at the first point, moves it over the others, and lets go. */
  drag(points: readonly Point[]): Promise<void>;
  /** A PNG of the window. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}
