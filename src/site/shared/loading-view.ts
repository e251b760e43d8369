import type { LoadProgress, LoadStage } from '../../client/index.ts';
import { byId } from './dom.ts';
import { formatBytes } from './format.ts';
import type { ModelOffer } from './shipped-models.ts';

const STAGES: Readonly<Record<LoadStage, string>> = {
  download: 'Loading',
  decode: 'Unpacking',
  compile: 'Preparing',
  'warm-up': 'Warming up',
};

/** Shows the progress of a model that is loading. Hides itself if `progress` is undefined. */
export function showLoading(offer: ModelOffer, progress: LoadProgress | undefined): void {
  byId('loading', HTMLElement).hidden = progress === undefined;
  if (!progress) return;
  const { stage, loadedBytes, totalBytes } = progress;
  const bytes =
    stage === 'download' ? `, ${formatBytes(loadedBytes)}${totalBytes ? ` of ${formatBytes(totalBytes)}` : ''}` : '';
  byId('loading-progress', HTMLProgressElement).value = progress.progress;
  byId('loading-text', HTMLElement).textContent = `${STAGES[stage]}: ${offer.title}${bytes}`;
}
