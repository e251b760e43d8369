/**
 * Options of `createImageBitmap` for picture files and image elements: rotated according to their EXIF orientation, with
 * the samples that the file stores. Colour profiles and other descriptions of the colour space are ignored.
 */
export const BITMAP_OPTIONS: ImageBitmapOptions = { imageOrientation: 'from-image', colorSpaceConversion: 'none' };
