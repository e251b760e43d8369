/** The part of tfjs that the benchmark uses. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');
