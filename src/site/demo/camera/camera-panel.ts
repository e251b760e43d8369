import { messageOf } from '../../../errors.ts';
import type { Preprocessing } from '../../../image/preprocessing.ts';
import { byId } from '../../shared/dom.ts';
import { frameSeen, middleSquare } from '../square.ts';
import { type CameraChoice, listCameras, openCamera, rememberCamera } from './camera.ts';

type CameraState = 'idle' | 'starting' | 'running' | 'failed';

/** The camera tab. The camera starts only on a click, and stops on another click or when the tab is left. */
export class CameraPanel {
  readonly #panel = byId('camera-panel', HTMLElement);
  readonly #video = byId('camera-video', HTMLVideoElement);
  readonly #reason = byId('camera-reason', HTMLElement);
  readonly #devices = byId('camera-device', HTMLSelectElement);
  readonly #stop = byId('camera-stop', HTMLButtonElement);
  readonly #start = byId('camera-start', HTMLButtonElement);
  readonly #onChange: () => void;
  #stream: MediaStream | undefined;
  /** Counts starts and stops, so that a camera whose permission arrives too late is closed again. */
  #turn = 0;

  /** @param onChange called when a camera starts and when it stops. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
    for (const button of this.#panel.querySelectorAll('.start-camera')) {
      button.addEventListener('click', () => void this.#open('usual', this.#stop));
    }
    this.#stop.addEventListener('click', () => {
      this.stop();
      this.#start.focus();
    });
    this.#devices.addEventListener('change', () => {
      rememberCamera(this.#devices.value);
      void this.#open({ deviceId: this.#devices.value }, this.#devices);
    });
  }

  get isRunning(): boolean {
    return this.stream !== undefined;
  }

  /** The stream of the running camera; undefined if none is running. */
  get stream(): MediaStream | undefined {
    return this.#video.videoWidth > 0 ? this.#stream : undefined;
  }

  /** The central square of the current frame; undefined if no frame is available. */
  square(): ImageData | undefined {
    if (!this.isRunning) return undefined;
    return middleSquare(this.#video, this.#video.videoWidth, this.#video.videoHeight);
  }

  stop(): void {
    this.#close();
    this.#show('idle');
    this.#onChange();
  }

  /** Sets the preprocessing that determines the framed part. */
  frameFor(preprocessing: Preprocessing): void {
    // The central square of a frame fills the view.
    frameSeen(this.#panel, 1, 1, preprocessing);
  }

  /** Opens a camera, then focuses `next`, because the clicked button is hidden. */
  async #open(choice: CameraChoice, next: HTMLElement): Promise<void> {
    this.#close();
    this.#show('starting');
    const turn = this.#turn;
    try {
      const stream = await openCamera(choice);
      if (turn !== this.#turn) return stop(stream);
      await this.#play(stream);
      const cameras = await listCameras();
      if (turn !== this.#turn) return;
      this.#offer(cameras);
      this.#show('running');
      this.#onChange();
      next.focus();
    } catch (error) {
      if (turn === this.#turn) this.#fail(messageOf(error));
    }
  }

  async #play(stream: MediaStream): Promise<void> {
    this.#stream = stream;
    const [track] = stream.getVideoTracks();
    track?.addEventListener('ended', () => this.#fail('The camera was disconnected. Reconnect it and try again.'));
    this.#video.srcObject = stream;
    await this.#video.play();
  }

  #fail(reason: string): void {
    this.#close();
    this.#reason.textContent = reason;
    this.#show('failed');
    this.#onChange();
  }

  #close(): void {
    this.#turn++;
    if (this.#stream) stop(this.#stream);
    this.#stream = undefined;
    this.#video.srcObject = null;
  }

  /** Lists the cameras if there are several, and selects the running one. */
  #offer(cameras: readonly MediaDeviceInfo[]): void {
    const current = this.#stream?.getVideoTracks()[0]?.getSettings().deviceId;
    const options = cameras.map(
      ({ label, deviceId }, index) => new Option(label || `Camera ${index + 1}`, deviceId, false, deviceId === current),
    );
    this.#devices.replaceChildren(...options);
    this.#devices.hidden = cameras.length < 2;
  }

  #show(state: CameraState): void {
    this.#panel.dataset.state = state;
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
