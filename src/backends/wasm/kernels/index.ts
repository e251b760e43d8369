export { binaryConvolution } from './binary-convolution';
export { codesToFloats, codesToIntegers, concatenate, eltwise, integersToFloats, pointwise } from './elements';
export { compositeOnWhite, isOpaque, resampleColumns, resampleRows, toLuma } from './pictures';
export { codePooling, floatPooling } from './pooling';
export { floatConvolution, integerConvolution } from './real-convolution';
export { packSigns } from './weights';
