/** What a page loads of tfjs. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');
