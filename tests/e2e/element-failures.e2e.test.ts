import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ElementPage, newGate, useCamera, useElementSite } from './element-page.ts';

const CAMERA = '<hwgq-classifier model="lenet.hwgq" backend="wasm" camera region="square" controls></hwgq-classifier>';
const IMAGE = '<hwgq-classifier src="3.png" model="lenet.hwgq" region="square" controls></hwgq-classifier>';

const site = useElementSite();
const browser = useCamera();

/** A request for a camera. */
interface CameraRequest {
  readonly facing: unknown;
  /** Number of cameras that were on at the time. */
  readonly others: number;
}

/** Runs in the page: records the requests for cameras, and their tracks. */
function watchCameras(): void {
  const tracks: MediaStreamTrack[] = [];
  const requests: CameraRequest[] = [];
  Object.assign(window, { tracks, requests });
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const { video } = constraints as { video: true | { facingMode: string } };
    const others = tracks.filter(({ readyState }) => readyState === 'live').length;
    requests.push({ facing: video === true ? 'any' : video.facingMode, others });
    const stream = await ask(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
}

/** Runs in the page: lets the test decide when and how each request for a camera is answered. */
function holdCameras(): void {
  const answers: ((isAllowed: boolean) => void)[] = [];
  const states: (() => string | undefined)[] = [];
  Object.assign(window, { answers, states });
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    let track: MediaStreamTrack | undefined;
    states.push(() => track?.readyState);
    const isAllowed = await new Promise<boolean>((answer) => answers.push(answer));
    if (!isAllowed) throw new DOMException('In use by another application.', 'NotReadableError');
    const stream = await ask(constraints);
    [track] = stream.getTracks();
    return stream;
  };
}

interface HeldCameras {
  readonly answers: readonly ((isAllowed: boolean) => void)[];
  readonly states: readonly (() => string | undefined)[];
}

/** A page whose element shows the camera. */
class CameraPage {
  readonly element: ElementPage;

  private constructor(element: ElementPage) {
    this.element = element;
  }

  static async start(): Promise<CameraPage> {
    const camera = new CameraPage(await ElementPage.open(browser(), site(), CAMERA, { before: watchCameras }));
    await camera.start();
    return camera;
  }

  async start(): Promise<void> {
    await this.element.page.getByRole('button', { name: 'Start the camera' }).click();
    await this.classifiesMore();
  }

  /** Waits until further frames have been classified. */
  async classifiesMore(): Promise<void> {
    const count = () => this.element.count('result');
    const before = await count();
    await expect.poll(count).toBeGreaterThan(before + 1);
  }

  requests(): Promise<readonly CameraRequest[]> {
    return this.element.page.evaluate(() => (window as unknown as { requests: CameraRequest[] }).requests);
  }

  /** Waits until the element has stopped, and checks that every camera is off. */
  async expectOff(): Promise<void> {
    const { page } = this.element;
    await page.getByRole('button', { name: 'Start the camera' }).waitFor();
    expect(await this.element.run((one) => one.running)).toBe(false);
    expect(await this.element.isIn('running')).toBe(false);
    expect(await this.element.isIn('empty')).toBe(true);
    const live = await page.evaluate(() => {
      const { tracks } = window as unknown as { tracks: MediaStreamTrack[] };
      return tracks.filter(({ readyState }) => readyState === 'live').length;
    });
    expect(live).toBe(0);
  }
}

it('reports a source and a model that cannot be opened, and loads the model again on request', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE);
  const { page } = element;
  await expect.poll(() => element.labels()).toEqual(['3']);
  await element.set({ src: 'lib/index.js' });
  await page.getByText('The image or video could not be opened.').waitFor();
  await element.set({ src: '3.png', model: '3.png' });
  await page.getByText('The model could not be loaded.').waitFor();
  expect(await element.isIn('error')).toBe(true);
  site().write('late.hwgq', '');
  await element.set({ model: 'late.hwgq' });
  await expect.poll(() => element.codes()).toEqual(['invalid-image', 'model-format', 'model-format']);
  site().write('late.hwgq', readFileSync('models/lenet.hwgq'));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => page.locator('hwgq-classifier [part=label]').textContent()).toBe('3');
  expect(await element.isIn('error')).toBe(false);
});

it('reports a failed model once, and keeps showing the failure when the image arrives', async () => {
  const body = '<hwgq-classifier model="3.png" controls></hwgq-classifier>';
  const element = await ElementPage.open(browser(), site(), body);
  const { page } = element;
  const image = newGate();
  await page.route('**/8.png', async (route) => {
    await image.opened;
    await route.continue();
  });
  await element.set({ src: '8.png' });
  await page.getByText('The model could not be loaded.').waitFor();
  image.open();
  await page.locator('hwgq-classifier [part=image]').waitFor();
  expect(await page.getByText('The model could not be loaded.').isVisible()).toBe(true);
  expect(await element.isIn('error')).toBe(true);
  expect(await element.count('error')).toBe(1);
  await element.run((one) => one.classify().catch(() => {}));
  expect(await element.count('error')).toBe(2);
  await element.set({ lang: 'de', model: 'lenet.hwgq' });
  await expect.poll(() => element.labels()).toEqual(['8']);
  expect(await element.isIn('error')).toBe(false);
  expect(await page.getByRole('button', { name: 'Erneut versuchen' }).count()).toBe(0);
});

it('logs only errors that no listener cancels', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE);
  await expect.poll(() => element.labels()).toEqual(['3']);
  await element.set({ maxResults: 0 });
  await expect.poll(() => element.misdeeds).toEqual([expect.stringMatching(/HwgqError: .*maxResults/)]);
  await element.run((one) => one.addEventListener('error', (event) => event.preventDefault()));
  await element.set({ maxResults: 0.5 });
  await expect.poll(() => element.codes()).toEqual(['invalid-option', 'invalid-option']);
  await element.set({ maxResults: 1 });
  await expect.poll(() => element.count('result')).toBe(2);
  expect(element.misdeeds).toHaveLength(1);
});

it('keeps the camera on if something else fails, and turns it off if its own classifier fails', async () => {
  const camera = await CameraPage.start();
  const { element } = camera;
  const { page } = element;
  await element.drop('notes.txt', 'text/plain', 'not an image');
  await page.getByText('The image or video could not be opened.').waitFor();
  await element.drop('broken.png', 'image/png', 'not an image either');
  await expect.poll(() => element.codes()).toEqual(['invalid-image', 'invalid-image']);
  const code = await element.run((one) => one.classify(new Blob(['nor this'])).catch((error) => error.code));
  expect(code).toBe('invalid-image');
  await camera.classifiesMore();
  expect(await element.codes()).toHaveLength(2);
  expect(await element.run((one) => one.running)).toBe(true);
  const [worker] = page.workers();
  if (!worker) throw new Error('The page has no worker.');
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('Crash');
    });
  });
  await page.getByText('The classifier has stopped.').waitFor();
  await camera.expectOff();
  expect((await element.codes()).at(-1)).toBe('worker');
  await camera.start();
  expect(await element.isIn('error')).toBe(false);
});

it('has one camera on at a time', async () => {
  const camera = await CameraPage.start();
  for (const facing of ['user', 'environment']) {
    await camera.element.set({ camera: facing });
    await expect.poll(async () => (await camera.requests()).at(-1)?.facing).toBe(facing);
    await camera.classifiesMore();
  }
  expect(await camera.requests()).toEqual(['any', 'user', 'environment'].map((facing) => ({ facing, others: 0 })));
});

it('reports a camera that stops unexpectedly', async () => {
  const camera = await CameraPage.start();
  const { element } = camera;
  await element.page.evaluate(() => {
    for (const track of (window as unknown as { tracks: MediaStreamTrack[] }).tracks) track.stop();
  });
  await element.page.getByText('The camera has stopped.').waitFor();
  await camera.expectOff();
  expect(await element.codes()).toEqual(['camera']);
  await camera.start();
  expect(await element.isIn('error')).toBe(false);
});

it('turns the camera off if the model is removed or an option is invalid', async () => {
  const camera = await CameraPage.start();
  const { element } = camera;
  const { page } = element;
  await element.run((one) => one.removeAttribute('model'));
  await camera.expectOff();
  expect(await element.codes()).toEqual([]);
  await element.set({ model: 'lenet.hwgq', smoothing: -1 });
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.getByText('This classifier is not set up correctly.').waitFor();
  await camera.expectOff();
  expect(await element.codes()).toEqual(['invalid-option']);
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
});

it('uses the camera requested last, whichever is opened first, and turns the others off', async () => {
  const element = await ElementPage.open(browser(), site(), CAMERA, { before: holdCameras });
  const { page } = element;
  const states = () => page.evaluate(() => (window as unknown as HeldCameras).states.map((state) => state()));
  const answer = (place: number, isAllowed = true) =>
    page.evaluate(({ place, isAllowed }) => (window as unknown as HeldCameras).answers[place]?.(isAllowed), {
      place,
      isAllowed,
    });
  const expectRequests = (count: number) => expect.poll(async () => (await states()).length).toBe(count);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await expectRequests(1);
  for (const [index, facing] of ['user', 'environment', 'user'].entries()) {
    await element.set({ camera: facing });
    await expectRequests(index + 2);
  }
  await answer(3);
  await expect.poll(() => element.count('result')).toBeGreaterThan(0);
  await answer(0);
  await answer(1);
  await answer(2, false);
  await expect.poll(states).toEqual(['ended', 'ended', undefined, 'live']);
  expect(await element.codes()).toEqual([]);
  expect(await element.run((one) => one.running)).toBe(true);
});

it('reports a video that the browser refuses to play, and plays it after a click', async () => {
  const body = '<hwgq-classifier model="lenet.hwgq" region="square" controls></hwgq-classifier>';
  const before = () => {
    let isClicked = false;
    addEventListener('click', () => (isClicked = true), { capture: true });
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      return isClicked ? play.call(this) : Promise.reject(new DOMException('Only after a click.', 'NotAllowedError'));
    };
  };
  const element = await ElementPage.open(browser(), site(), body, { before });
  const { page } = element;
  await element.dropVideo(['3.png', '8.png']);
  await page.getByText('The video could not be played.').waitFor();
  expect(await element.codes()).toEqual(['invalid-image']);
  expect(await element.run((one) => one.running)).toBe(false);
  await page.getByRole('button', { name: 'Play' }).click();
  await expect.poll(() => element.labels()).toEqual(expect.arrayContaining(['3', '8']));
  expect(await element.isIn('error')).toBe(false);
});

it('reports in its own language that it is not set up correctly', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE.replace('src', 'max-results="0" src'));
  const { page } = element;
  await page.getByText('This classifier is not set up correctly.').waitFor();
  expect(await element.codes()).toEqual(['invalid-option']);
  const texts = {
    de: 'Diese Bilderkennung ist nicht richtig eingerichtet.',
    fr: 'Cette reconnaissance d’images n’est pas configurée correctement.',
    es: 'Este reconocimiento de imágenes no está bien configurado.',
    ar: 'لم يتم إعداد أداة التعرّف على الصور إعدادًا صحيحًا.',
  };
  for (const [lang, text] of Object.entries(texts)) {
    await element.set({ lang });
    await page.getByText(text).waitFor();
  }
  await element.set({ lang: 'en', maxResults: 2 });
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await element.isIn('error')).toBe(false);
});

it('refuses attributes that are invalid, and works again once they are right', async () => {
  const element = await ElementPage.open(browser(), site(), IMAGE);
  const { page } = element;
  const misconfigured = page.getByText('This classifier is not set up correctly.');
  await expect.poll(() => element.labels()).toEqual(['3']);
  for (const scoreThreshold of [-0.1, 1.1]) {
    await element.set({ scoreThreshold });
    await misconfigured.waitFor();
    await element.set({ scoreThreshold: 0.5 });
    await misconfigured.waitFor({ state: 'hidden' });
  }
  await element.set({ workerUrl: 'http://[' });
  await misconfigured.waitFor();
  await element.set({ workerUrl: 'none.js' });
  await page.getByText('The model could not be loaded.').waitFor();
  await element.set({ workerUrl: null, backend: 'webgl' });
  await misconfigured.waitFor();
  await element.set({ backend: 'wasm', integrity: `sha256-${btoa('x'.repeat(32))}` });
  const invalid = 'invalid-option';
  const expected = [invalid, invalid, invalid, 'worker', invalid, 'model-integrity'];
  await expect.poll(() => element.codes()).toEqual(expected);
  await element.set({ integrity: undefined });
  await expect.poll(() => element.isIn('error')).toBe(false);
});

it('reports unexpected errors with a code', async () => {
  const before = () => {
    window.Worker = class {
      constructor() {
        throw new DOMException('Not here.', 'SecurityError');
      }
    } as never;
  };
  const element = await ElementPage.open(browser(), site(), IMAGE, { before });
  await element.page.getByText('The model could not be loaded.').waitFor();
  expect(await element.codes()).toEqual(['worker']);
  expect(await element.isIn('loading')).toBe(false);
});

it('aborts the download of an image or a video that is no longer needed', async () => {
  const element = await ElementPage.open(browser(), site(), '<hwgq-classifier model="lenet.hwgq"></hwgq-classifier>');
  const { page } = element;
  const requested: string[] = [];
  const aborted: string[] = [];
  await page.route(/slow/, (route) => void requested.push(route.request().url()));
  page.on('requestfailed', (request) => aborted.push(request.url()));
  await element.set({ loading: 'eager', src: 'slow.png' });
  await expect.poll(() => requested).toHaveLength(1);
  await element.set({ src: '3.png' });
  await expect.poll(() => element.labels()).toHaveLength(1);
  await expect.poll(() => aborted).toEqual(requested);
  await element.set({ src: 'slow.webm' });
  await expect.poll(() => requested).toHaveLength(2);
  await element.run((one) => one.remove());
  await expect.poll(() => aborted).toEqual(requested);
  expect(requested.map((url) => new URL(url).pathname)).toEqual(['/slow.png', '/slow.webm']);
  expect(await element.codes()).toEqual([]);
});

it.each(['no names', 'only names with dashes'])('works in browsers whose custom states accept %s', async (accepted) => {
  const before =
    accepted === 'no names'
      ? () => {
          Object.defineProperty(ElementInternals.prototype, 'states', { value: undefined });
        }
      : () => {
          CustomStateSet.prototype.add = () => {
            throw new DOMException('It has no dashes.', 'SyntaxError');
          };
        };
  const element = await ElementPage.open(browser(), site(), IMAGE, { before });
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await element.page.locator('hwgq-classifier [part=label]').textContent()).toBe('3');
});
