const BAR_WIDTH = 30;
const MILLISECONDS_BETWEEN_LINES = 100;

/** Width of a terminal that does not tell its own. */
const USUAL_COLUMNS = 80;

/**
 * A progress bar on standard error, where that is a terminal.
 * `update` takes how many are done; `clear` takes the bar away, at the end or for other lines, until the next update.
 */
export function progressBar(total: number, unit: string): { update(done: number): void; clear(): void } {
  const start = performance.now();
  let drawn = 0;
  const draw = (done: number) => {
    const seconds = (performance.now() - start) / 1000;
    const filled = Math.round((done / total) * BAR_WIDTH);
    const rate = done / seconds;
    const left = rate > 0 ? Math.ceil((total - done) / rate) : 0;
    const bar = '█'.repeat(filled).padEnd(BAR_WIDTH, '░');
    const line = `${bar} ${done}/${total} ${unit}, ${rate.toFixed(1)}/s, ${left} s left`;
    // A line that wraps could not be drawn over.
    process.stderr.write(`\r${line.slice(0, (process.stderr.columns || USUAL_COLUMNS) - 1)}\x1b[K`);
  };
  return {
    update(done) {
      const now = performance.now();
      if (!process.stderr.isTTY || (done < total && now - drawn < MILLISECONDS_BETWEEN_LINES)) return;
      drawn = now;
      draw(done);
    },
    clear() {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    },
  };
}
