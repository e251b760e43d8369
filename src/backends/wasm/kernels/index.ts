export { binaryConvolution } from './binary-convolution';
export { codesToFloats, codesToWholes, concatenate, eltwise, pointwise, wholesToFloats } from './elements';
export { codePooling, floatPooling } from './pooling';
export { floatConvolution, integerConvolution } from './real-convolution';
