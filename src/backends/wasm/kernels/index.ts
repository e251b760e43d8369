export { binaryConvolution } from './binary-convolution';
export { codesToFloats, codesToIntegers, concatenate, eltwise, integersToFloats, pointwise } from './elements';
export { codePooling, floatPooling } from './pooling';
export { floatConvolution, integerConvolution } from './real-convolution';
