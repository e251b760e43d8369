import { reportFirstLabel } from './report.ts';

// The least that a page with a module worker can do: the browser's own share of the time to the first label.
const worker = new Worker(new URL('./floor.worker.ts', import.meta.url), { type: 'module' });
worker.addEventListener('message', ({ data }: MessageEvent<string>) => reportFirstLabel(data), { once: true });
