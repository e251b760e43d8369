const BAR_WIDTH = 30;
const MILLISECONDS_BETWEEN_LINES = 100;

/** A progress bar on standard error, where that is a terminal. Call it with how many are done; close it at the end. */
export function progressBar(total: number, unit: string): { update(done: number): void; close(): void } {
  const start = performance.now();
  let drawn = 0;
  const draw = (done: number) => {
    const seconds = (performance.now() - start) / 1000;
    const filled = Math.round((done / total) * BAR_WIDTH);
    const rate = done / seconds;
    const left = rate > 0 ? Math.ceil((total - done) / rate) : 0;
    const bar = '█'.repeat(filled).padEnd(BAR_WIDTH, '░');
    process.stderr.write(`\r${bar} ${done}/${total} ${unit}, ${rate.toFixed(1)}/s, ${left} s left \x1b[K`);
  };
  return {
    update(done) {
      const now = performance.now();
      if (!process.stderr.isTTY || (done < total && now - drawn < MILLISECONDS_BETWEEN_LINES)) return;
      drawn = now;
      draw(done);
    },
    close() {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    },
  };
}
