import type { PictureCandidate } from './picture-candidate.ts';
import type { PictureEngine, PictureEngineStart, PictureTimes, StillPicture } from './picture-engine.ts';
import { PICTURE_KINDS, type PictureName } from './picture-kinds.ts';
import { changeCanvas, drawSamplePicture, toJpeg } from './sample-pictures.ts';

declare global {
  interface Window {
    /** The interface of the page that holds one engine, to the page that embeds it. */
    hwgqPictures?: PicturePage;
  }
}

/** One engine in a page of its own, because engines keep their threads and options in global variables. */
export interface PicturePage {
  /** Starts the engine. */
  start(candidate: PictureCandidate, start: PictureEngineStart): Promise<void>;
  /** Returns the times of `runs` pictures, one after the other. */
  time(name: PictureName, runs: number, camera: MediaStream | undefined): Promise<readonly PictureTimes[]>;
}

let engine: PictureEngine | undefined;
let runCount = 0;
const pictures = new Map<PictureName, Promise<StillPicture>>();

window.hwgqPictures = {
  async start(candidate, start) {
    engine = await startEngine(candidate, start);
  },

  async time(name, runs, camera) {
    if (!engine) throw new Error('The engine has not been started.');
    if (camera) return engine.classifyFrames(camera, runs);
    const picture = await pictureOf(name);
    const times: PictureTimes[] = [];
    for (let run = 0; run < runs; run++) {
      if (picture instanceof HTMLCanvasElement) changeCanvas(picture, runCount++);
      times.push(await engine.classify(picture));
    }
    return times;
  },
};
document.documentElement.dataset.isReady = '';

async function startEngine(candidate: PictureCandidate, start: PictureEngineStart): Promise<PictureEngine> {
  switch (candidate.engine) {
    case 'hwgq-web': {
      const { startHwgqPictures } = await import('./hwgq-pictures.ts');
      return startHwgqPictures(start, candidate.backend, candidate.simd);
    }
    case 'onnxruntime-web': {
      const { startOnnxRuntimePictures } = await import('./onnxruntime-pictures.ts');
      return startOnnxRuntimePictures(start);
    }
    case 'LiteRT.js': {
      const { startLiteRtPictures } = await import('./litert-pictures.ts');
      return startLiteRtPictures(start);
    }
    case 'MediaPipe': {
      const { startMediaPipePictures } = await import('./mediapipe-pictures.ts');
      return startMediaPipePictures(start);
    }
  }
}

/** Returns a picture, and keeps it for later turns. */
function pictureOf(name: PictureName): Promise<StillPicture> {
  const made = pictures.get(name) ?? makePicture(name);
  pictures.set(name, made);
  return made;
}

async function makePicture(name: PictureName): Promise<StillPicture> {
  const canvas = drawSamplePicture(PICTURE_KINDS[name]);
  return PICTURE_KINDS[name].source === 'jpeg' ? toJpeg(canvas) : canvas;
}
