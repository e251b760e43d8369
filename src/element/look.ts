import { type Classifier, HwgqError, type StreamOptions, type StreamResult } from '../client/index.ts';
import type { LiveMedia } from './media.ts';

/** What a look tells; nothing after its end. */
export interface LookListener {
  onResult(result: StreamResult): void;
  /** It cannot go on: what it looks at does not play, or looking at it has failed. */
  onFailure(part: 'play' | 'look', error: unknown): void;
}

/** A look at a film or a camera, which goes on until it is ended. */
export class Look {
  readonly #ending = new AbortController();

  constructor(
    private readonly media: LiveMedia,
    private readonly listener: LookListener,
  ) {}

  end(): void {
    this.#ending.abort();
  }

  /**
   * Plays what is looked at; again where it has been halted by a move in the document.
   * @throws HwgqError `camera` or `invalid-image` where the browser refuses, which the listener is told.
   */
  async play(): Promise<void> {
    try {
      await this.media.shown.play();
    } catch (error) {
      const reason = error instanceof DOMException ? error.name : 'NotSupportedError';
      // Whoever has halted it may play it again.
      if (reason === 'AbortError') return;
      const [code, name] =
        this.media.kind === 'camera' ? (['camera', 'camera'] as const) : (['invalid-image', 'film'] as const);
      const message = `The browser does not play the ${name}: ${reason}. Call start() from a click’s listener, or offer controls.`;
      const failure = new HwgqError(code, message, { reason }, { cause: error });
      this.#fail('play', failure);
      throw failure;
    }
  }

  /** Tells what each frame is taken for. */
  async follow(classifier: Classifier, options: StreamOptions): Promise<void> {
    const { signal } = this.#ending;
    if (signal.aborted) return;
    try {
      const stream = classifier.stream(this.media.live, { ...options, signal });
      for await (const result of stream) {
        if (!signal.aborted) this.listener.onResult(result);
      }
      const message = 'The camera has stopped: it is unplugged, or no longer allowed. Start it again.';
      this.#fail('look', new HwgqError('camera', message, { reason: 'ended' }));
    } catch (error) {
      this.#fail('look', error);
    }
  }

  #fail(part: 'play' | 'look', error: unknown): void {
    if (!this.#ending.signal.aborted) this.listener.onFailure(part, error);
  }
}
