import type { Classifier, ImageSource } from '../../client/index.ts';
import { Announcer } from '../../element/announcer.ts';
import { labelsOf } from '../../engine/categories.ts';
import { type DataSet, isEncoded, type StoredPicture } from '../../tools/data/data-set.ts';
import { openDataSet } from '../../tools/data/open-data-set.ts';
import { type Classify, EvaluationRun } from '../../tools/evaluation/evaluation-run.ts';
import { byId } from '../shared/dom.ts';
import { receiveTransfers } from '../shared/drop-target.ts';
import { formatCount, formatShare } from '../shared/format.ts';
import { showLoading } from '../shared/loading-view.ts';
import { ModelMenu } from '../shared/model-menu.ts';
import { ModelSlot } from '../shared/model-slot.ts';
import { Notices } from '../shared/notices.ts';
import { DIGITS, type ModelOffer, OBJECTS } from '../shared/shipped-models.ts';
import { AccuracyChart } from './chart.ts';
import { ClassResults } from './classes.ts';
import { type PageFile, pickedFiles, transferredFiles } from './files.ts';
import { ConfusionMatrix } from './matrix.ts';
import { CellPictures } from './pictures.ts';
import { RunProgress } from './progress.ts';

/** Number of pictures transferred to the worker at once. */
const BATCH = 32;
/** Minimum interval between redraws of tables and chart, in milliseconds. Figures update with every batch. */
const REDRAW_AFTER = 400;

const notices = new Notices(byId('notices', HTMLElement));
const announcer = new Announcer(byId('announcement', HTMLElement));
const slot = new ModelSlot(showLoading);
const menu = new ModelMenu([DIGITS, OBJECTS], (offer) => void chooseModel(offer));
const progress = new RunProgress();
const chart = new AccuracyChart(chartElement());
const matrix = new ConfusionMatrix(open);
const classes = new ClassResults(open);
const pictures = new CellPictures();
const stopButton = byId('stop', HTMLButtonElement);
const goOnButton = byId('go-on', HTMLButtonElement);
const againButton = byId('again', HTMLButtonElement);

let offer: ModelOffer = DIGITS;
let dataSet: DataSet | undefined;
let run: EvaluationRun | undefined;
let stopping = new AbortController();
let drawnAt = 0;

async function chooseModel(chosen: ModelOffer): Promise<void> {
  stopping.abort();
  try {
    const classifier = await slot.load(chosen, 'auto');
    if (!classifier) return;
    offer = chosen;
    menu.mark(offer);
    begin();
  } catch (error) {
    menu.mark(offer);
    notices.show(`${chosen.title}: the model could not be loaded`, error);
  }
}

/** Handles chosen, dropped, or pasted files: a model, a data set, or both. */
async function receive(coming: Promise<readonly PageFile[]>): Promise<void> {
  byId('data-summary', HTMLElement).textContent = 'Reading the files…';
  try {
    const files = await coming;
    const model = files.find(({ path }) => path.endsWith('.hwgq'));
    const others = files.filter((file) => file !== model);
    if (others.length > 0) {
      stopping.abort();
      dataSet = await openDataSet(others);
    }
    if (model)
      await chooseModel({ title: model.path, knows: 'your own', source: await model.file(), fileName: model.path });
    else begin();
  } catch (error) {
    notices.show('These files cannot be used', error);
  }
  summarize();
}

function summarize(): void {
  byId('data-summary', HTMLElement).textContent = dataSet
    ? `${formatCount(dataSet.length)} pictures${dataSet.classes ? ` of ${formatCount(dataSet.classes.length)} classes` : ''} (${dataSet.format})`
    : 'No pictures yet';
}

/** Starts from the first picture if both a model and a data set are present. */
function begin(): void {
  const { classifier } = slot;
  if (!classifier || !dataSet) return;
  stopping.abort();
  run = undefined;
  pictures.clear();
  matrix.reset();
  progress.hide();
  try {
    const labels = labelsOf(classifier.info.labels, classifier.info.classes);
    run = new EvaluationRun(dataSet, classifyWith(classifier), { labels, batch: BATCH });
  } catch (error) {
    notices.show('The model does not match the pictures', error);
    return;
  }
  chart.reset();
  announcer.say(`Started on ${formatCount(run.total)} pictures`);
  void goOn(run);
}

/** Runs to the end, or until stopped. */
async function goOn(current: EvaluationRun): Promise<void> {
  const stop = new AbortController();
  stopping = stop;
  progress.start(current);
  show(current, 'running');
  try {
    await current.run(() => {
      if (current === run && !stop.signal.aborted) show(current, 'running');
    }, stop.signal);
  } catch (error) {
    if (current === run) {
      notices.show('The evaluation has stopped', error, {
        label: 'Reload the model',
        run: () => void chooseModel(offer),
      });
    }
  }
  if (current !== run) return;
  drawnAt = 0;
  show(current, current.isComplete ? 'done' : 'stopped');
  const { evaluation } = current;
  announcer.say(
    `${current.isComplete ? 'Done' : 'Stopped'}: ${formatShare(evaluation.top1)} of ${formatCount(evaluation.pictures)} correct`,
  );
}

function show(current: EvaluationRun, state: 'running' | 'stopped' | 'done'): void {
  progress.show(current, state);
  showButtons(state);
  const now = performance.now();
  if (state === 'running' && now - drawnAt < REDRAW_AFTER) return;
  drawnAt = now;
  const { evaluation } = current;
  chart.add(evaluation);
  classes.show(evaluation, labels());
  matrix.show(evaluation, labels());
  pictures.update();
}

/** Shows the buttons for the current state. If the focused button disappears, focus moves to its replacement. */
function showButtons(state: 'running' | 'stopped' | 'done'): void {
  const { activeElement } = document;
  stopButton.hidden = state !== 'running';
  goOnButton.hidden = state !== 'stopped';
  againButton.hidden = state === 'running';
  if (activeElement === stopButton && state !== 'running') (state === 'stopped' ? goOnButton : againButton).focus();
  if ((activeElement === goOnButton || activeElement === againButton) && state === 'running') stopButton.focus();
}

function open(actual: number, predicted: number): void {
  if (!run || !dataSet) return;
  const names = labels();
  const title =
    actual === predicted ? `${names[actual]}, correct` : `${names[actual]}, classified as ${names[predicted]}`;
  const current = run;
  const find = () => current.picturesOf(actual, predicted);
  announcer.say(`${title}: ${formatCount(find().length)} pictures, shown below the matrix`);
  void pictures.show(title, dataSet, find);
}

function labels(): readonly string[] {
  const { info } = slot.classifier ?? {};
  return info ? labelsOf(info.labels, info.classes) : [];
}

function classifyWith(classifier: Classifier): Classify {
  return async (stored) => {
    const results = await classifier.classifyBatch(stored.map(toImageSource), { scores: true, maxResults: 1 });
    return results.map(({ scores }) => scores ?? new Float32Array());
  };
}

function toImageSource(picture: StoredPicture): ImageSource {
  if (isEncoded(picture)) return new Blob([picture.bytes]);
  return new ImageData(new Uint8ClampedArray(picture.data), picture.width, picture.height);
}

function chartElement(): SVGSVGElement {
  const element = document.querySelector('#chart');
  if (element instanceof SVGSVGElement) return element;
  throw new Error('The page has no chart.');
}

/** Connects a button to a file dialog. */
function connect(buttonId: string, inputId: string): void {
  const input = byId(inputId, HTMLInputElement);
  input.addEventListener('change', () => {
    const files = pickedFiles(input.files);
    input.value = '';
    if (files.length > 0) void receive(Promise.resolve(files));
  });
  byId(buttonId, HTMLButtonElement).addEventListener('click', () => input.click());
}

connect('choose-folder', 'folder-input');
connect('choose-files', 'files-input');
connect('choose-model', 'model-input');
stopButton.addEventListener('click', () => stopping.abort());
goOnButton.addEventListener('click', () => run && void goOn(run));
againButton.addEventListener('click', begin);
receiveTransfers((transfer) => void receive(transferredFiles(transfer)));
summarize();
void chooseModel(DIGITS);
