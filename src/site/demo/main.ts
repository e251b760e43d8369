import {
  type BackendName,
  type Classification,
  type Classifier,
  type ClassifierInfo,
  HwgqError,
} from '../../client/index.ts';
import { byId } from '../shared/dom.ts';
import { receiveFiles } from '../shared/drop-target.ts';
import { showLoading } from '../shared/loading-view.ts';
import { ModelMenu } from '../shared/model-menu.ts';
import { ModelSlot } from '../shared/model-slot.ts';
import { Notices } from '../shared/notices.ts';
import { DIGITS, type ModelOffer, OBJECTS } from '../shared/shipped-models.ts';
import { CameraPanel } from './camera/camera-panel.ts';
import { ConversionPanel } from './conversion/conversion-panel.ts';
import { Diagnostics } from './diagnostics.ts';
import { DrawingPanel } from './drawing/drawing-panel.ts';
import { sortFiles } from './incoming-files.ts';
import { DecisiveView } from './inside/decisive-view.ts';
import { InsidePanel } from './inside/inside-panel.ts';
import { NetworkExplorer } from './inside/network-explorer.ts';
import { showModelCards } from './model-cards.ts';
import { newestOnly } from './newest.ts';
import { keepForOffline } from './offline.ts';
import { PicturePanel } from './picture/picture-panel.ts';
import { showSamples } from './picture/sample-pictures.ts';
import { ResultView } from './result-view.ts';
import { RunFacts } from './run-facts.ts';
import { Tabs } from './tabs.ts';
import { TeachingPanel } from './teaching/teaching-panel.ts';

/** Time constant for smoothing the scores of camera frames, in milliseconds. */
const SMOOTHING_MS = 200;

const notices = new Notices(byId('notices', HTMLElement), (failure) => diagnostics.note(failure));
const diagnostics = new Diagnostics(() => slot.classifier?.info);
const inside = new InsidePanel(notices);
const decisive = new DecisiveView(notices);
const result = new ResultView();
const facts = new RunFacts();
const slot = new ModelSlot(showLoading, (backend) => facts.showBackend(backend));
const menu = new ModelMenu([DIGITS, OBJECTS], choose);
const drawing = new DrawingPanel(look, (isDown) => result.announcer.say(isDown ? 'Pen down' : 'Pen up'));
const camera = new CameraPanel(look);
const picture = new PicturePanel(receive);
const conversion = new ConversionPanel(notices, receive, run);
const backend = byId('backend', HTMLSelectElement);
const sources = { 'draw-tab': drawing, 'camera-tab': camera, 'picture-tab': picture };
type TabId = keyof typeof sources;

let tab: TabId = 'draw-tab';
let running: ModelOffer = DIGITS;
let explorer: NetworkExplorer | undefined;
let runningBackend = backend.value;
/** The last classifier whose worker died. It is not used again. */
let dead: Classifier | undefined;
/** Stops the current stream. */
let following = new AbortController();

const tabs = new Tabs(byId('tabs', HTMLElement), (id) => {
  tab = id as TabId;
  if (tab !== 'camera-tab') camera.stop();
  picture.setVisible(tab === 'picture-tab');
  look();
});

const lookAtNewest = newestOnly(async () => {
  const { classifier } = slot;
  if (!classifier || classifier === dead) return;
  const source = sources[tab];
  const square = source.square();
  if (!square) {
    result.clear();
    decisive.clear();
    inside.look(undefined);
    return;
  }
  try {
    const answer = await classifier.classify(square, { maxResults: 10, scores: true });
    if (classifier !== slot.classifier || isReplaced(source, square)) return;
    tell(answer, square, classifier.info);
    facts.addTimings(answer.timings);
  } catch (error) {
    if (classifier === slot.classifier) tellFailure(classifier, error);
  }
});

/**
 * Returns whether a result is outdated. For a drawing or a moving picture, the answer to a moment ago is still the latest;
 * for a still picture that was replaced, it would be wrong.
 */
function isReplaced(source: (typeof sources)[TabId], square: ImageData): boolean {
  return source !== sources[tab] || (source === picture && square !== picture.square());
}

/** Returns the stream or video of the open tab, if any. */
function moving(): MediaStream | HTMLVideoElement | undefined {
  if (tab === 'camera-tab') return camera.stream;
  return tab === 'picture-tab' ? picture.video : undefined;
}

/** Classifies what the open tab shows: a stream or video continuously, a picture once. */
function look(): void {
  following.abort();
  const source = moving();
  if (source) void follow(source);
  else {
    facts.clearFrames();
    lookAtNewest(undefined);
  }
}

async function follow(source: MediaStream | HTMLVideoElement): Promise<void> {
  const { classifier } = slot;
  if (!classifier || classifier === dead) return;
  following = new AbortController();
  const { signal } = following;
  const options = { region: 'square', smoothing: SMOOTHING_MS, maxResults: 10, scores: true, signal } as const;
  try {
    for await (const answer of classifier.stream(source, options)) {
      const square = sources[tab].square();
      if (square) tell(answer, square, classifier.info);
      facts.addFrame(answer);
    }
  } catch (error) {
    if (!signal.aborted && classifier === slot.classifier) tellFailure(classifier, error);
  }
}

function tell(answer: Classification, square: ImageData, info: ClassifierInfo): void {
  result.show(answer, square, info);
  inside.look(square);
  const [best] = answer.categories;
  if (best) decisive.look(square, best.index);
}

function tellFailure(classifier: Classifier, error: unknown): void {
  const isFatal = error instanceof HwgqError && (error.code === 'device-lost' || error.code === 'worker');
  if (!isFatal) {
    notices.show('This picture could not be classified', error);
    return;
  }
  dead = classifier;
  notices.show('The classifier has stopped', error, { label: 'Restart', run: () => void run(running) });
}

/** Loads a model and replaces the running one when the new one is ready. */
async function run(offer: ModelOffer): Promise<ClassifierInfo | undefined> {
  try {
    const classifier = await slot.load(offer, backend.value as BackendName | 'auto');
    if (!classifier) return undefined;
    running = offer;
    runningBackend = backend.value;
    explore(offer);
    show(classifier.info);
    return classifier.info;
  } catch (error) {
    menu.mark(running);
    backend.value = runningBackend;
    const retry = { label: 'Try again', run: () => void run(offer) };
    const isDownload = typeof offer.source === 'string';
    notices.show(`${offer.title}: the model could not be loaded`, error, isDownload ? retry : undefined);
    return undefined;
  }
}

/** The explorer stays open when the same network reloads, for example on another backend. */
function explore(offer: ModelOffer): void {
  if (explorer?.offer === offer) return;
  explorer?.close();
  explorer = new NetworkExplorer(offer);
  inside.use(explorer);
  decisive.use(explorer);
}

function show(info: ClassifierInfo): void {
  menu.mark(running);
  result.reset(info);
  facts.reset(info);
  camera.frameFor(info.preprocessing);
  picture.frameFor(info.preprocessing);
  look();
}

/** Runs the chosen model, and opens the tab that suits it unless the camera is running. */
function choose(offer: ModelOffer): void {
  if (offer.tab && !camera.isRunning) tabs.select(offer.tab);
  void run(offer);
}

/** Handles files that were chosen, dropped, or pasted. */
function receive(files: readonly File[]): void {
  const { picture: image, model, caffe, others } = sortFiles(files);
  if (image) void showPicture(image);
  if (model) void run({ title: model.name, knows: 'your own', source: model, fileName: model.name });
  if (Object.keys(caffe).length > 0) conversion.add(caffe);
  for (const { name } of others) {
    const accepted =
      'This page accepts pictures, videos, .hwgq models, and Caffe’s .prototxt, .caffemodel, .binaryproto and .txt (labels) files.';
    notices.show(`“${name}” is not a supported file`, new HwgqError('invalid-option', accepted));
  }
}

async function showPicture(file: File): Promise<void> {
  try {
    if (await picture.open(file)) tabs.select('picture-tab');
  } catch (error) {
    notices.show('The picture could not be opened', error);
  }
}

new TeachingPanel(notices, {
  shown: () => sources[tab].square(),
  isMoving: () => moving() !== undefined,
  classifier: () => slot.classifier,
  running: () => running,
  run,
});
showSamples(
  (file) => {
    // The sample pictures show classes of the other shipped model.
    if (running === DIGITS) void run(OBJECTS);
    receive([file]);
  },
  (error) => notices.show('The sample picture could not be fetched', error),
);
backend.addEventListener('change', () => void run(running));
receiveFiles(receive);
showModelCards([DIGITS, OBJECTS]);
void keepForOffline(() => facts.keptForOffline());
void run(DIGITS);
