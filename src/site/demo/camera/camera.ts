import { messageOf } from '../../../errors.ts';
/** Why there is no camera picture, in words for the visitor. */
export class CameraError extends Error {
  override readonly name = 'CameraError';
}

/** Which camera to open: one by its id, or the one chosen before, or whichever faces away from the visitor. */
export type CameraChoice = { readonly deviceId: string } | 'usual';

/**
 * Asks for a camera.
 * @throws CameraError saying why there is none, and what the visitor can do.
 */
export async function openCamera(choice: CameraChoice): Promise<MediaStream> {
  if (!isCameraOffered()) {
    throw new CameraError('This browser lends no camera to this page. Pages need https (or localhost) for it.');
  }
  try {
    return choice === 'usual' ? await openUsual() : await open({ deviceId: { exact: choice.deviceId } });
  } catch (error) {
    throw new CameraError(reasonOf(error), { cause: error });
  }
}

/** Chromium passes over an `ideal` device, so the one chosen before is asked for by itself; it may be unplugged. */
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

/** The cameras that there are; browsers name them only once one was allowed. */
export async function listCameras(): Promise<readonly MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === 'videoinput');
}

const REMEMBERED = 'camera';

/** Keeps the visitor's choice in this browser. */
export function rememberCamera(deviceId: string): void {
  try {
    localStorage.setItem(REMEMBERED, deviceId);
  } catch {
    // Storage may be switched off or full; then the choice holds for this visit only.
  }
}

function rememberedCamera(): string | undefined {
  try {
    return localStorage.getItem(REMEMBERED) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Outside a secure context, `mediaDevices` is absent, whatever its type says. */
function isCameraOffered(): boolean {
  return 'mediaDevices' in navigator;
}

function reasonOf(error: unknown): string {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
      return 'The camera was not allowed. To change that, open the settings beside the address and allow the camera.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'There is no camera on this device. A picture from a file works as well.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The camera is in use elsewhere. Close the other program and try again.';
    default:
      return `The camera did not start: ${messageOf(error)}`;
  }
}
