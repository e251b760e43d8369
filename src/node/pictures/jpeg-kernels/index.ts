export { cutShort, decodeRow, position, startScan } from './entropy';
export { inverseTransform } from './transform';
export { repeatPixels, smoothColumns, smoothRows } from './upsampling';
export { cmykToRgba, grayToRgba, rgbToRgba, yccToRgba, ycckToRgba } from './colours';
