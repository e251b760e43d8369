import type { Classification, ClassifierInfo } from '../../client/index.ts';
import { Announcer } from '../../element/announcer.ts';
import { byId } from '../shared/dom.ts';
import { formatPercent } from '../shared/format.ts';
import { NetworkView } from './inside/network-view.ts';
import { ScoreBars } from './score-bars.ts';

/** Labels of at most this many characters, such as digits, are shown in a large font. */
const SHORT_LABEL = 2;

/** Shows a result: the best label, the scores, and the pixels that the network received. */
export class ResultView {
  readonly announcer = new Announcer(byId('announcement', HTMLElement));
  readonly #verdict = byId('verdict', HTMLElement);
  readonly #label = byId('answer-label', HTMLElement);
  readonly #score = byId('answer-score', HTMLElement);
  readonly #bars = new ScoreBars(byId('scores', HTMLElement));
  readonly #pixels = new NetworkView();

  /** Resets the view for a model's classes. */
  reset({ labels, classes, preprocessing }: ClassifierInfo): void {
    this.#bars.reset(labels ?? Array.from({ length: classes }, (_, index) => String(index)));
    this.#pixels.reset(preprocessing);
    this.clear();
  }

  clear(): void {
    this.#bars.clear();
    this.#pixels.clear();
    this.#answer('Nothing to see yet', '');
    this.#verdict.classList.add('is-resting');
    this.announcer.settle('');
  }

  show(result: Classification, picture: ImageData, { preprocessing }: ClassifierInfo): void {
    const [best] = result.categories;
    if (!best) return;
    this.#bars.show(result);
    this.#pixels.show(picture, preprocessing);
    this.#verdict.classList.remove('is-resting');
    this.#answer(best.label, `Score ${formatPercent(best.score)}`);
    this.announcer.settle(`It looks like: ${best.label}`);
  }

  #answer(label: string, score: string): void {
    this.#verdict.classList.toggle('is-short', label.length <= SHORT_LABEL);
    this.#label.textContent = label;
    this.#score.textContent = score;
  }
}
