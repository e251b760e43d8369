import type { EvaluationRun } from '../../tools/evaluation/evaluation-run.ts';
import { byId } from '../shared/dom.ts';
import { formatCount, formatDuration, formatShare } from '../shared/format.ts';

export type RunState = 'waiting' | 'running' | 'stopped' | 'done';

/** Shows progress, speed, and accuracy of a run. */
export class RunProgress {
  readonly #panel = byId('run', HTMLElement);
  #startedAt = 0;
  #startedFrom = 0;

  /** Marks a start or resumption. The rate is measured from here. */
  start({ done }: EvaluationRun): void {
    this.#startedAt = performance.now();
    this.#startedFrom = done;
  }

  show(run: EvaluationRun, state: RunState): void {
    const { done, total, evaluation, unreadable } = run;
    this.#panel.dataset.state = state;
    byId('run-progress', HTMLProgressElement).value = total && done / total;
    write('accuracy', evaluation.pictures > 0 ? formatShare(evaluation.top1) : '…');
    write(
      'right',
      evaluation.pictures > 0
        ? `${formatCount(evaluation.correct)} of ${formatCount(evaluation.pictures)} correct`
        : '',
    );
    write('top5', evaluation.pictures > 0 ? formatShare(evaluation.top5) : '…');
    write('calibration', evaluation.pictures > 0 ? formatShare(evaluation.calibrationError) : '…');
    write('run-status', this.#status(run, state));
    write('unreadable', unreadable.length > 0 ? unreadableText(unreadable) : '');
  }

  /** Clears the figures when there is nothing to run. */
  hide(): void {
    this.#panel.dataset.state = 'waiting';
  }

  #status({ done, total }: EvaluationRun, state: RunState): string {
    if (state === 'done') return `All ${formatCount(total)} pictures`;
    const far = `${formatCount(done)} of ${formatCount(total)} pictures`;
    if (state === 'stopped') return `Stopped after ${far}`;
    const rate = (done - this.#startedFrom) / ((performance.now() - this.#startedAt) / 1000);
    if (!(rate > 0 && Number.isFinite(rate))) return far;
    return `${far}, ${rate.toFixed(rate < 10 ? 1 : 0)} per second, ${formatDuration((total - done) / rate)} left`;
  }
}

function unreadableText(unreadable: EvaluationRun['unreadable']): string {
  const names = unreadable.slice(0, 3).map(({ name }) => name);
  return `${formatCount(unreadable.length)} could not be read and are not counted: ${names.join(', ')}${unreadable.length > 3 ? ', …' : ''}`;
}

function write(id: string, text: string): void {
  byId(id, HTMLElement).textContent = text;
}
