import { messageOf } from '../../../errors.ts';
/** An error whose message tells the visitor why the camera is unavailable and what to do. */
export class CameraError extends Error {
  override readonly name = 'CameraError';
}

/** The camera to open: a device by its id, or `usual`: the one chosen last, else the rear camera. */
export type CameraChoice = { readonly deviceId: string } | 'usual';

/**
 * Requests a camera.
 * @throws CameraError if none is available.
 */
export async function openCamera(choice: CameraChoice): Promise<MediaStream> {
  if (!isCameraOffered()) {
    throw new CameraError('Camera access is unavailable. Open this page over HTTPS or from localhost.');
  }
  try {
    return choice === 'usual' ? await openUsual() : await open({ deviceId: { exact: choice.deviceId } });
  } catch (error) {
    throw new CameraError(reasonOf(error), { cause: error });
  }
}

/** Chromium ignores an `ideal` device, so request the last one exactly first. It may have been unplugged. */
async function openUsual(): Promise<MediaStream> {
  const deviceId = rememberedCamera();
  try {
    if (deviceId) return await open({ deviceId: { exact: deviceId } });
  } catch (error) {
    if (!(error instanceof OverconstrainedError)) throw error;
  }
  return open({ facingMode: 'environment' });
}

function open(which: MediaTrackConstraints): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ video: { ...which, width: 640, height: 480 } });
}

/** Returns the available cameras. Browsers reveal their names only after permission was granted. */
export async function listCameras(): Promise<readonly MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === 'videoinput');
}

const REMEMBERED = 'camera';

/** Stores the visitor's choice in this browser. */
export function rememberCamera(deviceId: string): void {
  try {
    localStorage.setItem(REMEMBERED, deviceId);
  } catch {
    // Storage may be disabled or full. The choice then lasts for this visit only.
  }
}

function rememberedCamera(): string | undefined {
  try {
    return localStorage.getItem(REMEMBERED) ?? undefined;
  } catch {
    return undefined;
  }
}

/** In insecure contexts `mediaDevices` is absent, although its type says otherwise. */
function isCameraOffered(): boolean {
  return 'mediaDevices' in navigator;
}

function reasonOf(error: unknown): string {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
      return 'Camera permission was denied. To change that, open the site settings next to the address and allow the camera.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No camera was found. You can use a picture from a file instead.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The camera is in use by another program. Close that program and try again.';
    default:
      return `The camera did not start: ${messageOf(error)}`;
  }
}
