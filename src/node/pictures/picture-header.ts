import type { Size } from '../../image/picture.ts';

/** The format and size of a picture, as its header declares them. Neither is rotated by EXIF data. */
export interface PictureHeader extends Size {
  readonly format: 'png' | 'jpeg' | 'webp';
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Markers of JPEG frames (SOF). 0xc4, 0xc8 and 0xcc in this range are other segments. */
const [FIRST_FRAME, LAST_FRAME] = [0xc0, 0xcf];
const OTHER_SEGMENTS = [0xc4, 0xc8, 0xcc];

/**
 * Returns the format and size of a PNG, JPEG or WebP file, which it recognizes by the first bytes. Returns undefined for
 * other files, and a size of 0 if a file of these formats does not contain its size.
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (PNG_SIGNATURE.every((byte, index) => bytes[index] === byte)) return { format: 'png', ...pngSize(view) };
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return { format: 'jpeg', ...jpegSize(view) };
  if (textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP') return { format: 'webp', ...webpSize(view, bytes) };
  return undefined;
}

const UNKNOWN: Size = { width: 0, height: 0 };

function pngSize(view: DataView): Size {
  return view.byteLength < 24 ? UNKNOWN : { width: view.getUint32(16), height: view.getUint32(20) };
}

function jpegSize(view: DataView): Size {
  for (let offset = 2; offset + 9 <= view.byteLength; ) {
    if (view.getUint8(offset) !== 0xff) offset++;
    else {
      const marker = view.getUint8(offset + 1);
      if (marker >= FIRST_FRAME && marker <= LAST_FRAME && !OTHER_SEGMENTS.includes(marker)) {
        return { width: view.getUint16(offset + 7), height: view.getUint16(offset + 5) };
      }
      // 0xff before a marker is padding, and markers of 0 and from 0xd0 to 0xd9 have no length.
      if (marker === 0xff) offset++;
      else offset += marker === 0 || (marker >= 0xd0 && marker <= 0xd9) ? 2 : 2 + view.getUint16(offset + 2);
    }
  }
  return UNKNOWN;
}

function webpSize(view: DataView, bytes: Uint8Array): Size {
  if (view.byteLength < 30) return UNKNOWN;
  switch (textAt(bytes, 12)) {
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: (view.getUint32(24, true) & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 };
    default:
      return UNKNOWN;
  }
}

function textAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}
