/**
 * Options of `createImageBitmap` for pictures: upright as their EXIF orientation says, with the samples that the file
 * stores. Colour profiles and other descriptions of the colour space are ignored.
 */
export const BITMAP_OPTIONS: ImageBitmapOptions = { imageOrientation: 'from-image', colorSpaceConversion: 'none' };
