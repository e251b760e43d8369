import type { PictureTimes } from './picture-engine.ts';

/**
 * Plays a camera in a video element and classifies its next frames, one at a time.
 * @param classify Classifies the frame that the element shows.
 */
export async function classifyVideo(
  camera: MediaStream,
  count: number,
  classify: (video: HTMLVideoElement) => Promise<unknown>,
): Promise<readonly PictureTimes[]> {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = camera;
  document.body.append(video);
  try {
    await video.play();
    const times: PictureTimes[] = [];
    while (times.length < count) {
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      const start = performance.now();
      await classify(video);
      times.push({ total: performance.now() - start });
    }
    return times;
  } finally {
    video.srcObject = null;
    video.remove();
  }
}
