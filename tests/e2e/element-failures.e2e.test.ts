import { expect, it } from 'vitest';
import { ElementPage, useCamera, useElementSite } from './element-page.ts';

const CAMERA = '<hwgq-classifier model="lenet.hwgq" backend="wasm" camera region="square" controls></hwgq-classifier>';
const PICTURE = '<hwgq-classifier src="3.png" model="lenet.hwgq" region="square" controls></hwgq-classifier>';

const site = useElementSite();
const browser = useCamera();

/** What a page has asked a camera for, and got. */
interface AskedForCamera {
  readonly facing: unknown;
  /** How many cameras were on then. */
  readonly others: number;
}

/** Runs in the page: keeps what is asked of cameras, and what they give. */
function watchCameras(): void {
  const tracks: MediaStreamTrack[] = [];
  const asked: AskedForCamera[] = [];
  Object.assign(window, { tracks, asked });
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const { video } = constraints as { video: true | { facingMode: string } };
    const others = tracks.filter(({ readyState }) => readyState === 'live').length;
    asked.push({ facing: video === true ? 'any' : video.facingMode, others });
    const stream = await ask(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
}

/** Runs in the page: answers who asks for a camera when the test says so, with one or with none. */
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
    if (!isAllowed) throw new DOMException('Held by another.', 'NotReadableError');
    const stream = await ask(constraints);
    [track] = stream.getTracks();
    return stream;
  };
}

interface HeldCameras {
  readonly answers: readonly ((isAllowed: boolean) => void)[];
  readonly states: readonly (() => string | undefined)[];
}

class CameraPage {
  private constructor(readonly element: ElementPage) {}

  static async start(): Promise<CameraPage> {
    const camera = new CameraPage(await ElementPage.open(browser(), site(), CAMERA, { before: watchCameras }));
    await camera.start();
    return camera;
  }

  async start(): Promise<void> {
    await this.element.page.getByRole('button', { name: 'Start the camera' }).click();
    await this.seesMore();
  }

  /** Waits for results of frames to come. */
  async seesMore(): Promise<void> {
    const count = async () => (await this.element.told()).filter(({ name }) => name === 'result').length;
    const before = await count();
    await expect.poll(count).toBeGreaterThan(before + 1);
  }

  asked(): Promise<readonly AskedForCamera[]> {
    return this.element.page.evaluate(() => (window as unknown as { asked: AskedForCamera[] }).asked);
  }

  /** Waits until the element has stopped, and let all cameras go. */
  async isOff(): Promise<void> {
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

const codesOf = async (element: ElementPage) => (await element.told()).flatMap(({ code }) => code ?? []);

it('goes on with the camera where something else fails, and lets it go where its own look fails', async () => {
  const camera = await CameraPage.start();
  const { element } = camera;
  const { page } = element;
  await element.drop('notes.txt', 'text/plain', 'no picture');
  await page.getByText('The image or video could not be opened.').waitFor();
  await element.drop('broken.png', 'image/png', 'no picture either');
  await expect.poll(() => codesOf(element)).toEqual(['invalid-image', 'invalid-image']);
  const code = await element.run((one) => one.classify(new Blob(['nor this'])).catch((error) => error.code));
  expect(code).toBe('invalid-image');
  await camera.seesMore();
  expect(await page.getByText('The image or video could not be opened.').isVisible()).toBe(true);
  expect(await codesOf(element)).toHaveLength(2);
  expect(await element.run((one) => one.running)).toBe(true);
  await page.workers()[0]?.evaluate(() => {
    setTimeout(() => {
      throw new Error('Shot down');
    });
  });
  await page.getByText('The classifier has stopped.').waitFor();
  await camera.isOff();
  expect((await codesOf(element)).at(-1)).toBe('worker');
  await camera.start();
  expect(await element.isIn('error')).toBe(false);
  await page.close();
});

it('has one camera at a time, says that one has stopped, and lets it go with its model', async () => {
  const camera = await CameraPage.start();
  const { element } = camera;
  const { page } = element;
  for (const facing of ['user', 'environment']) {
    await element.run((one, facing) => {
      one.camera = facing;
    }, facing);
    await expect.poll(async () => (await camera.asked()).at(-1)?.facing).toBe(facing);
    await camera.seesMore();
  }
  expect(await camera.asked()).toEqual(['any', 'user', 'environment'].map((facing) => ({ facing, others: 0 })));
  await page.evaluate(() => {
    for (const track of (window as unknown as { tracks: MediaStreamTrack[] }).tracks) track.stop();
  });
  await page.getByText('The camera has stopped.').waitFor();
  await camera.isOff();
  expect(await codesOf(element)).toEqual(['camera']);
  await camera.start();
  await element.run((one) => one.removeAttribute('model'));
  await camera.isOff();
  expect(await codesOf(element)).toEqual(['camera']);
  await element.run((one) => {
    one.model = 'lenet.hwgq';
    one.smoothing = -1;
  });
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.getByText('This classifier is not set up correctly.').waitFor();
  await camera.isOff();
  expect(await codesOf(element)).toEqual(['camera', 'invalid-option']);
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await page.close();
});

it('takes the camera that was asked for last, whichever comes first, and lets those before go', async () => {
  const element = await ElementPage.open(browser(), site(), CAMERA, { before: holdCameras });
  const { page } = element;
  const states = () => page.evaluate(() => (window as unknown as HeldCameras).states.map((state) => state()));
  const answer = (place: number, isAllowed = true) =>
    page.evaluate(({ place, isAllowed }) => (window as unknown as HeldCameras).answers[place]?.(isAllowed), {
      place,
      isAllowed,
    });
  const turn = (facing: string) =>
    element.run((one, facing) => {
      one.camera = facing;
    }, facing);
  const isAsked = (times: number) => expect.poll(async () => (await states()).length).toBe(times);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await isAsked(1);
  await turn('user');
  await isAsked(2);
  await turn('environment');
  await isAsked(3);
  await turn('user');
  await isAsked(4);
  await answer(3);
  await expect.poll(async () => (await element.told()).some(({ name }) => name === 'result')).toBe(true);
  await answer(0);
  await answer(1);
  await answer(2, false);
  await expect.poll(states).toEqual(['ended', 'ended', undefined, 'live']);
  expect(await codesOf(element)).toEqual([]);
  expect(await element.run((one) => one.running)).toBe(true);
  await page.close();
});

it('says that a film is not played, and plays it later', async () => {
  const body = '<hwgq-classifier model="lenet.hwgq" region="square" controls></hwgq-classifier>';
  const before = () => {
    let isClicked = false;
    addEventListener('click', () => (isClicked = true), { capture: true });
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      return isClicked ? play.call(this) : Promise.reject(new DOMException('After a click only.', 'NotAllowedError'));
    };
  };
  const element = await ElementPage.open(browser(), site(), body, { before });
  const { page } = element;
  await element.dropFilm(['3.png', '8.png']);
  await page.getByText('The video could not be played.').waitFor();
  expect(await codesOf(element)).toEqual(['invalid-image']);
  expect(await element.run((one) => one.running)).toBe(false);
  await page.getByRole('button', { name: 'Play' }).click();
  await expect.poll(() => element.labels()).toEqual(expect.arrayContaining(['3', '8']));
  expect(await element.isIn('error')).toBe(false);
  await page.close();
});

it('tells of settings that cannot be, in words of its own', async () => {
  const element = await ElementPage.open(browser(), site(), PICTURE.replace('controls', 'max-results="0" controls'));
  const { page } = element;
  await page.getByText('This classifier is not set up correctly.').waitFor();
  expect(await codesOf(element)).toEqual(['invalid-option']);
  const texts = {
    de: 'Diese Bilderkennung ist nicht richtig eingerichtet.',
    fr: 'Cette reconnaissance d’images n’est pas configurée correctement.',
    es: 'Este reconocimiento de imágenes no está bien configurado.',
    ar: 'لم يتم إعداد أداة التعرّف على الصور إعدادًا صحيحًا.',
  };
  for (const [lang, text] of Object.entries(texts)) {
    await element.run((one, lang) => {
      one.lang = lang;
    }, lang);
    await page.getByText(text).waitFor();
  }
  await element.run((one) => {
    one.lang = 'en';
    one.maxResults = 2;
  });
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await element.isIn('error')).toBe(false);
  await element.run((one) => {
    one.workerUrl = 'http://[';
  });
  await page.getByText('This classifier is not set up correctly.').waitFor();
  await element.run((one) => {
    one.workerUrl = 'none.js';
  });
  await page.getByText('The model could not be loaded.').waitFor();
  await element.run((one) => {
    one.setAttribute('backend', 'webgl');
    one.removeAttribute('worker-url');
  });
  await page.getByText('This classifier is not set up correctly.').waitFor();
  await element.run((one) => {
    one.backend = 'wasm';
    one.workerUrl = 'lib/worker.js';
    one.integrity = `sha256-${btoa('x'.repeat(32))}`;
  });
  const wrong = 'invalid-option';
  await expect.poll(() => codesOf(element)).toEqual([wrong, wrong, 'worker', wrong, 'model-integrity']);
  await page.close();
});

it('tells of errors that nobody has foreseen', async () => {
  const before = () => {
    window.Worker = class {
      constructor() {
        throw new DOMException('Not here.', 'SecurityError');
      }
    } as never;
  };
  const element = await ElementPage.open(browser(), site(), PICTURE, { before });
  await element.page.getByText('The model could not be loaded.').waitFor();
  expect(await codesOf(element)).toEqual(['worker']);
  expect(await element.isIn('loading')).toBe(false);
  await element.page.close();
});

it('gives up a picture or a film that is no longer wanted', async () => {
  const element = await ElementPage.open(browser(), site(), '<hwgq-classifier model="lenet.hwgq"></hwgq-classifier>');
  const { page } = element;
  const asked: string[] = [];
  const givenUp: string[] = [];
  await page.route(/slow/, (route) => void asked.push(route.request().url()));
  page.on('requestfailed', (request) => givenUp.push(request.url()));
  const show = (src: string) =>
    element.run((one, src) => {
      one.loading = 'eager';
      one.src = src;
    }, src);
  await show('slow.png');
  await expect.poll(() => asked).toHaveLength(1);
  await show('3.png');
  await expect.poll(() => element.labels()).toHaveLength(1);
  await expect.poll(() => givenUp).toEqual(asked);
  await show('slow.webm');
  await expect.poll(() => asked).toHaveLength(2);
  await element.run((one) => one.remove());
  await expect.poll(() => givenUp).toEqual(asked);
  expect(asked.map((url) => new URL(url).pathname)).toEqual(['/slow.png', '/slow.webm']);
  expect(await codesOf(element)).toEqual([]);
  await page.close();
});

it.each(['none', 'names with dashes only'])('works in browsers whose custom states are: %s', async (states) => {
  const before =
    states === 'none'
      ? () => {
          Object.defineProperty(ElementInternals.prototype, 'states', { value: undefined });
        }
      : () => {
          CustomStateSet.prototype.add = () => {
            throw new DOMException('It has no dashes.', 'SyntaxError');
          };
        };
  const element = await ElementPage.open(browser(), site(), PICTURE, { before });
  await expect.poll(() => element.labels()).toEqual(['3']);
  expect(await element.page.locator('[part=label]').textContent()).toBe('3');
  await element.page.close();
});
