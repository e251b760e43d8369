import { HwgqError } from '../../../errors.ts';
import type { Preprocessing } from '../../../image/preprocessing.ts';
import { byId, create } from '../../shared/dom.ts';
import { frameSeen, middleSquare, squareOfFile } from '../square.ts';

/** The picture tab: a chosen, dropped, or pasted picture or video, with the part that the network sees. */
export class PicturePanel {
  readonly #panel = byId('picture-panel', HTMLElement);
  readonly #image = byId('picture-image', HTMLImageElement);
  #square: ImageData | undefined;
  #video: HTMLVideoElement | undefined;
  #preprocessing: Preprocessing | undefined;
  /** Counts pictures, so that a slow decode does not replace a later picture. */
  #turn = 0;

  constructor(onFiles: (files: readonly File[]) => void) {
    const input = byId('picture-input', HTMLInputElement);
    input.addEventListener('change', () => {
      onFiles([...(input.files ?? [])]);
      input.value = '';
    });
    for (const button of this.#panel.querySelectorAll('.choose-picture')) {
      button.addEventListener('click', () => input.click());
    }
    this.#image.addEventListener('load', () => this.#frame());
  }

  /** The central square of the picture or the current video frame; undefined if there is none. */
  square(): ImageData | undefined {
    const video = this.#video;
    return video ? middleSquare(video, video.videoWidth, video.videoHeight) : this.#square;
  }

  /** The video; undefined if a picture or nothing is shown. */
  get video(): HTMLVideoElement | undefined {
    return this.#video;
  }

  /** Plays the video, or pauses it while the tab is hidden. */
  setVisible(isVisible: boolean): void {
    // A pause rejects the pending play; that is not an error.
    if (isVisible) this.#video?.play().catch(() => {});
    else this.#video?.pause();
  }

  /**
   * Shows a picture or a video.
   * @returns false if a later file arrived before this one was decoded.
   * @throws HwgqError `invalid-image` if the browser cannot decode it; the previous picture stays.
   */
  async open(file: File): Promise<boolean> {
    const turn = ++this.#turn;
    if (file.type.startsWith('video/')) {
      const video = await playing(file);
      if (turn !== this.#turn) {
        release(video);
        return false;
      }
      this.#showVideo(video);
    } else {
      const square = await squareOfFile(file);
      if (turn !== this.#turn) return false;
      this.#showPicture(file, square);
    }
    return true;
  }

  #showPicture(file: File, square: ImageData): void {
    this.#removeVideo();
    this.#square = square;
    URL.revokeObjectURL(this.#image.src);
    this.#image.src = URL.createObjectURL(file);
    this.#image.alt = file.name;
    this.#panel.dataset.state = 'shown';
  }

  #showVideo(video: HTMLVideoElement): void {
    this.#removeVideo();
    this.#video = video;
    this.#image.after(video);
    this.#panel.dataset.state = 'playing';
    this.#frame();
  }

  #removeVideo(): void {
    if (!this.#video) return;
    release(this.#video);
    this.#video = undefined;
  }

  /** Sets the preprocessing that determines the framed part. */
  frameFor(preprocessing: Preprocessing): void {
    this.#preprocessing = preprocessing;
    this.#frame();
  }

  #frame(): void {
    const video = this.#video;
    const { naturalWidth, naturalHeight } = this.#image;
    const [width, height] = video ? [video.videoWidth, video.videoHeight] : [naturalWidth, naturalHeight];
    if (!this.#preprocessing || width === 0) return;
    frameSeen(this.#panel, width, height, this.#preprocessing);
  }
}

/**
 * Loads a looping video from a file.
 * @throws HwgqError `invalid-image` if the browser cannot play it.
 */
async function playing(file: File): Promise<HTMLVideoElement> {
  const video = create('video', 'in-playing');
  video.muted = true;
  video.loop = true;
  video.playsInline = true;
  video.controls = true;
  video.setAttribute('aria-label', file.name);
  video.src = URL.createObjectURL(file);
  try {
    await video.play();
    return video;
  } catch (cause) {
    release(video);
    const message = `"${file.name}" is not a video that this browser can play. Most browsers play WebM and MP4 (H.264).`;
    throw new HwgqError('invalid-image', message, {}, { cause });
  }
}

function release(video: HTMLVideoElement): void {
  video.pause();
  video.remove();
  URL.revokeObjectURL(video.src);
}
