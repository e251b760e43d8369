import type { Size } from '../../image/picture.ts';

/** A picture as an application has it before it asks for a label. */
export interface PictureKind extends Size {
  readonly title: string;
  readonly source: 'canvas' | 'jpeg' | 'camera';
}

const VGA: Size = { width: 640, height: 480 };
const HD: Size = { width: 1280, height: 720 };

/** The pictures of the end-to-end benchmark. */
export const PICTURE_KINDS = {
  'canvas-vga': { title: 'canvas, 640×480', source: 'canvas', ...VGA },
  'canvas-720p': { title: 'canvas, 1280×720', source: 'canvas', ...HD },
  'jpeg-720p': { title: 'JPEG file, 1280×720', source: 'jpeg', ...HD },
  'jpeg-12mp': { title: 'JPEG file, 12 megapixels', source: 'jpeg', width: 4000, height: 3000 },
  'camera-720p': { title: 'camera, 1280×720', source: 'camera', ...HD },
} as const satisfies Readonly<Record<string, PictureKind>>;

export type PictureName = keyof typeof PICTURE_KINDS;

export const PICTURE_NAMES = Object.keys(PICTURE_KINDS) as readonly PictureName[];
