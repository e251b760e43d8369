import { messageOf } from '../../../errors.ts';
import type { Preprocessing } from '../../../image/preprocessing.ts';
import { byId } from '../../shared/dom.ts';
import { frameSeen, middleSquare } from '../square.ts';
import { type CameraChoice, listCameras, openCamera, rememberCamera } from './camera.ts';

type CameraState = 'idle' | 'starting' | 'running' | 'failed';

/** The camera: started by a click only, stopped by another or by leaving the tab. */
export class CameraPanel {
  readonly #panel = byId('camera-panel', HTMLElement);
  readonly #video = byId('camera-video', HTMLVideoElement);
  readonly #reason = byId('camera-reason', HTMLElement);
  readonly #devices = byId('camera-device', HTMLSelectElement);
  readonly #stop = byId('camera-stop', HTMLButtonElement);
  readonly #start = byId('camera-start', HTMLButtonElement);
  readonly #onChange: () => void;
  #stream: MediaStream | undefined;
  /** Counts starts and stops, so that a camera which was allowed too late is closed again. */
  #turn = 0;

  /** `onChange` is called when a camera runs, and when none does any more. */
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

  /** What the running camera gives. */
  get stream(): MediaStream | undefined {
    return this.#video.videoWidth > 0 ? this.#stream : undefined;
  }

  /** The current frame's middle square; undefined while there is none. */
  square(): ImageData | undefined {
    if (!this.isRunning) return undefined;
    return middleSquare(this.#video, this.#video.videoWidth, this.#video.videoHeight);
  }

  stop(): void {
    this.#close();
    this.#show('idle');
    this.#onChange();
  }

  /** Tells for which preprocessing the seen part is framed. */
  frameFor(preprocessing: Preprocessing): void {
    // The middle square of a frame fills the view.
    frameSeen(this.#panel, 1, 1, preprocessing);
  }

  /** Opens a camera; `next` gets the focus then, since what was clicked is gone. */
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
    track?.addEventListener('ended', () =>
      this.#fail('The camera was unplugged or taken away. Start it again once it is there.'),
    );
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

  /** Shows the choice of cameras, where there is one, and which of them runs. */
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
