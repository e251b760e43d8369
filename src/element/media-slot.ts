import type { FrameLoop } from './frame-loop.ts';
import { type LiveMedia, type Media, openCamera, openMedia, type StillMedia } from './media.ts';

/**
 * State of the medium that the element shows.
 *
 * | from | to | on |
 * |---|---|---|
 * | any | `still`, `paused` | an image, or a video or camera, has been opened |
 * | `paused`, `running` | `running` | a frame loop starts |
 * | `running` | `paused` | a video stops |
 * | any | `empty` | a camera stops; the source or the element is removed |
 */
export type MediaState =
  | { readonly name: 'empty'; readonly media?: undefined }
  | { readonly name: 'still'; readonly media: StillMedia }
  | { readonly name: 'paused'; readonly media: LiveMedia }
  | { readonly name: 'running'; readonly media: LiveMedia; readonly loop: FrameLoop };

const EMPTY: MediaState = { name: 'empty' };

/** Holds at most one medium, and closes it when another one, or none, takes its place. */
export class MediaSlot {
  readonly #onChange: (state: MediaState, previous: MediaState) => void;
  #state: MediaState = EMPTY;
  /** The medium that is being opened; the one in `#state` stays until it is ready. */
  #opening: { readonly isCamera: boolean; readonly controller: AbortController } | undefined;

  constructor(onChange: (state: MediaState, previous: MediaState) => void) {
    this.#onChange = onChange;
  }

  get state(): MediaState {
    return this.#state;
  }

  /** Whether a camera is shown or being opened. */
  get hasCamera(): boolean {
    return this.#opening?.isCamera || this.#state.media?.kind === 'camera';
  }

  /**
   * Opens an image or a video, by URL or as a file.
   * @throws HwgqError `invalid-image`; an `AbortError` if something else is opened or the slot is cleared meanwhile.
   */
  openSource(source: string | File): Promise<Media> {
    return this.#open(false, (signal) => openMedia(source, signal));
  }

  /**
   * Opens a camera.
   * @throws HwgqError `camera`; an `AbortError` if something else is opened or the slot is cleared meanwhile.
   */
  openCamera(facing: string): Promise<LiveMedia> {
    // Many phones allow one camera at a time, so the current one has to be off before another is requested.
    if (this.#state.media?.kind === 'camera') this.#enter(EMPTY);
    return this.#open(true, (signal) => openCamera(facing, signal));
  }

  /** Attaches the loop that classifies the medium's frames, in place of an earlier one. */
  run(media: LiveMedia, loop: FrameLoop): void {
    this.#enter({ name: 'running', media, loop });
  }

  /** Ends the frame loop. A video pauses; a camera is closed, so that it does not stay on unused. */
  stop(): void {
    const { media } = this.#state;
    if (media?.kind === 'camera') this.#enter(EMPTY);
    if (media?.kind !== 'video') return;
    media.shown.pause();
    this.#enter({ name: 'paused', media });
  }

  /** Closes the shown medium, and cancels the opening of another one. */
  clear(): void {
    this.cancelOpening();
    this.#enter(EMPTY);
  }

  cancelOpening(): void {
    this.#opening?.controller.abort();
    this.#opening = undefined;
  }

  async #open<Opened extends Media>(
    isCamera: boolean,
    open: (signal: AbortSignal) => Promise<Opened>,
  ): Promise<Opened> {
    this.cancelOpening();
    const opening = { isCamera, controller: new AbortController() };
    const { signal } = opening.controller;
    this.#opening = opening;
    try {
      const media = await open(signal);
      if (signal.aborted) media.close();
      else this.#enter(atRest(media));
      signal.throwIfAborted();
      return media;
    } catch (error) {
      // A camera that is refused after its request was cancelled is not a failure.
      signal.throwIfAborted();
      throw error;
    } finally {
      if (this.#opening === opening) this.#opening = undefined;
    }
  }

  /** The only place where the state changes. */
  #enter(state: MediaState): void {
    const previous = this.#state;
    this.#state = state;
    if (previous.name === 'running') previous.loop.end();
    if (previous.media !== state.media) previous.media?.close();
    this.#onChange(state, previous);
  }
}

function atRest(media: Media): MediaState {
  return media.kind === 'image' ? { name: 'still', media } : { name: 'paused', media };
}
