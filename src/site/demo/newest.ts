/**
 * Wraps a task so that it processes only the latest input: at most one run is active, and a new input replaces the one
 * that is waiting.
 */
export function newestOnly<T>(task: (input: T) => Promise<void>): (input: T) => void {
  let waiting: { readonly input: T } | undefined;
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    try {
      while (waiting) {
        const { input } = waiting;
        waiting = undefined;
        await task(input);
      }
    } finally {
      isRunning = false;
    }
  }

  return (input) => {
    waiting = { input };
    if (!isRunning) void run();
  };
}
