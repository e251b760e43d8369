import { HwgqError } from '../../../errors.ts';
import type { Preprocessing } from '../../../image/preprocessing.ts';
import { byId, create } from '../../shared/dom.ts';
import { frameSeen, middleSquare, squareOfFile } from '../square.ts';

/** A picture or a video: chosen, dropped or pasted, shown with the part of it that the network sees. */
export class PicturePanel {
  readonly #panel = byId('picture-panel', HTMLElement);
  readonly #image = byId('picture-image', HTMLImageElement);
  #square: ImageData | undefined;
  #video: HTMLVideoElement | undefined;
  #preprocessing: Preprocessing | undefined;
  /** Counts pictures, so that one which took long to decode does not replace a later one. */
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

  /** The middle square of the picture, or of what the video shows now; undefined before there is any. */
  square(): ImageData | undefined {
    const video = this.#video;
    return video ? middleSquare(video, video.videoWidth, video.videoHeight) : this.#square;
  }

  /** The video; undefined where there is a picture, or nothing. */
  get video(): HTMLVideoElement | undefined {
    return this.#video;
  }

  /** Lets a video go on, or rest while nobody sees it. */
  setVisible(isVisible: boolean): void {
    // Playing that a pause interrupts is no failure.
    if (isVisible) this.#video?.play().catch(() => {});
    else this.#video?.pause();
  }

  /**
   * Shows a picture or a video; not, and gives false, where a later one came before it was decoded.
   * @throws HwgqError `invalid-image` where the browser cannot decode it; what was there before stays.
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

  /** Tells for which preprocessing the seen part is framed. */
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
 * A video that plays, over and over.
 * @throws HwgqError `invalid-image` where the browser cannot play it.
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
    const message = `"${file.name}" is not a video that this browser can play. WebM and MP4 (H.264) play in most.`;
    throw new HwgqError('invalid-image', message, {}, { cause });
  }
}

function release(video: HTMLVideoElement): void {
  video.pause();
  video.remove();
  URL.revokeObjectURL(video.src);
}
