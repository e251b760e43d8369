/**
 * Makes a task that runs for the newest input only: at most one run at a time, and an input that comes meanwhile
 * replaces the one that waits.
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
