import { type Classifier, HwgqError, type StreamOptions, type StreamResult } from '../client/index.ts';
import type { LiveMedia } from './media.ts';

/** Receives what happens in a frame loop; nothing after its end. */
export interface FrameLoopListener {
  onResult(result: StreamResult): void;
  /** The loop cannot continue: the video does not play, or classifying its frames failed. */
  onFailure(part: 'playback' | 'classification', error: unknown): void;
}

/** Plays a video or a camera and classifies its frames until it is ended. */
export class FrameLoop {
  readonly #media: LiveMedia;
  readonly #listener: FrameLoopListener;
  readonly #ending = new AbortController();

  constructor(media: LiveMedia, listener: FrameLoopListener) {
    this.#media = media;
    this.#listener = listener;
  }

  end(): void {
    this.#ending.abort();
  }

  /**
   * Plays the video; call it again after the element was moved, which pauses videos.
   * @throws HwgqError `camera` or `invalid-image` if the browser refuses; the listener is notified too.
   */
  async play(): Promise<void> {
    const { kind, shown } = this.#media;
    try {
      await shown.play();
    } catch (error) {
      const reason = error instanceof DOMException ? error.name : 'NotSupportedError';
      // A pause or a move interrupted playing; what caused it also decides whether to continue.
      if (reason === 'AbortError') return;
      const message = `The browser refuses to play the ${kind}: ${reason}. Call start() in a click listener, or add the controls attribute.`;
      const code = kind === 'camera' ? 'camera' : 'invalid-image';
      const failure = new HwgqError(code, message, { reason }, { cause: error });
      this.#fail('playback', failure);
      throw failure;
    }
  }

  /**
   * Classifies frames, and notifies the listener of each result.
   * @param options Called once; an error that it throws is a failure of the loop.
   */
  async classify(classifier: Classifier, options: () => StreamOptions): Promise<void> {
    const { signal } = this.#ending;
    if (signal.aborted) return;
    try {
      const stream = classifier.stream(this.#media.live, { ...options(), signal });
      for await (const result of stream) {
        if (!signal.aborted) this.#listener.onResult(result);
      }
      const message = 'The camera has stopped: it was unplugged, or permission was withdrawn. Start it again.';
      this.#fail('classification', new HwgqError('camera', message, { reason: 'ended' }));
    } catch (error) {
      this.#fail('classification', error);
    }
  }

  #fail(part: 'playback' | 'classification', error: unknown): void {
    if (!this.#ending.signal.aborted) this.#listener.onFailure(part, error);
  }
}
