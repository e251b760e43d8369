const BAR_WIDTH = 30;
const UPDATE_INTERVAL_MILLISECONDS = 100;

/** Assumed width of a terminal that does not report its own. */
const DEFAULT_COLUMNS = 80;

/** A progress bar. */
export interface ProgressBar {
  /** Draws the bar. */
  update(done: number): void;
  /** Removes the bar, until the next update. */
  clear(): void;
}

/** Creates a progress bar on standard error. It draws nothing if standard error is not a terminal. */
export function progressBar(total: number, unit: string): ProgressBar {
  const start = performance.now();
  let drawn = 0;
  const draw = (done: number) => {
    const seconds = (performance.now() - start) / 1000;
    const filled = Math.round((done / total) * BAR_WIDTH);
    const rate = done / seconds;
    const left = rate > 0 ? Math.ceil((total - done) / rate) : 0;
    const bar = '█'.repeat(filled).padEnd(BAR_WIDTH, '░');
    const line = `${bar} ${done}/${total} ${unit}, ${rate.toFixed(1)}/s, ${left} s left`;
    // A line that wraps cannot be overwritten.
    process.stderr.write(`\r${line.slice(0, (process.stderr.columns || DEFAULT_COLUMNS) - 1)}\x1b[K`);
  };
  return {
    update(done) {
      const now = performance.now();
      if (!process.stderr.isTTY || (done < total && now - drawn < UPDATE_INTERVAL_MILLISECONDS)) return;
      drawn = now;
      draw(done);
    },
    clear() {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    },
  };
}
