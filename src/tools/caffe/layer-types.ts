/** The current type name of each enum value of the old `layers` messages (Caffe `V1LayerParameter`). */
const oldTypes: ReadonlyMap<string, string> = new Map([
  ['ACCURACY', 'Accuracy'],
  ['CONCAT', 'Concat'],
  ['CONTRASTIVE_LOSS', 'ContrastiveLoss'],
  ['CONVOLUTION', 'Convolution'],
  ['DATA', 'Data'],
  ['DROPOUT', 'Dropout'],
  ['DUMMY_DATA', 'DummyData'],
  ['ELTWISE', 'Eltwise'],
  ['EUCLIDEAN_LOSS', 'EuclideanLoss'],
  ['FLATTEN', 'Flatten'],
  ['HDF5_DATA', 'HDF5Data'],
  ['HINGE_LOSS', 'HingeLoss'],
  ['IMAGE_DATA', 'ImageData'],
  ['INFOGAIN_LOSS', 'InfogainLoss'],
  ['INNER_PRODUCT', 'InnerProduct'],
  ['LRN', 'LRN'],
  ['MEMORY_DATA', 'MemoryData'],
  ['MULTINOMIAL_LOGISTIC_LOSS', 'MultinomialLogisticLoss'],
  ['POOLING', 'Pooling'],
  ['RELU', 'ReLU'],
  ['SIGMOID_CROSS_ENTROPY_LOSS', 'SigmoidCrossEntropyLoss'],
  ['SILENCE', 'Silence'],
  ['SOFTMAX', 'Softmax'],
  ['SOFTMAX_LOSS', 'SoftmaxWithLoss'],
  ['SPLIT', 'Split'],
  ['WINDOW_DATA', 'WindowData'],
]);

/** The names of the enum values above in the order of their numbers, from 0. */
const oldNumbers: readonly string[] = [
  'NONE',
  'ACCURACY',
  'BNLL',
  'CONCAT',
  'CONVOLUTION',
  'DATA',
  'DROPOUT',
  'EUCLIDEAN_LOSS',
  'FLATTEN',
  'HDF5_DATA',
  'HDF5_OUTPUT',
  'IM2COL',
  'IMAGE_DATA',
  'INFOGAIN_LOSS',
  'INNER_PRODUCT',
  'LRN',
  'MULTINOMIAL_LOGISTIC_LOSS',
  'POOLING',
  'RELU',
  'SIGMOID',
  'SOFTMAX',
  'SOFTMAX_LOSS',
  'SPLIT',
  'TANH',
  'WINDOW_DATA',
  'ELTWISE',
  'POWER',
  'SIGMOID_CROSS_ENTROPY_LOSS',
  'HINGE_LOSS',
  'MEMORY_DATA',
  'ARGMAX',
  'THRESHOLD',
  'DUMMY_DATA',
  'SLICE',
  'MVN',
  'ABSVAL',
  'SILENCE',
  'CONTRASTIVE_LOSS',
  'EXP',
  'DECONVOLUTION',
];

const dataTypes: ReadonlySet<string> = new Set([
  'Data',
  'DummyData',
  'HDF5Data',
  'ImageData',
  'MemoryData',
  'WindowData',
]);

const trainingTypes: ReadonlySet<string> = new Set([
  'Accuracy',
  'ContrastiveLoss',
  'EuclideanLoss',
  'HingeLoss',
  'InfogainLoss',
  'MultinomialLogisticLoss',
  'SigmoidCrossEntropyLoss',
  'SoftmaxWithLoss',
]);

/** Returns the current name of a type in either format, or of the number of an old one. */
export function currentType(type: string): string {
  const name = /^\d+$/.test(type) ? (oldNumbers[Number(type)] ?? type) : type;
  return oldTypes.get(name) ?? name;
}

/** Whether a layer reads examples. At inference, the network's input replaces it. */
export function isDataType(type: string): boolean {
  return dataTypes.has(type);
}

/** Whether a layer only computes losses or accuracies. */
export function isTrainingType(type: string): boolean {
  return trainingTypes.has(type);
}

/** Whether a layer computes a loss, which training minimizes. */
export function isLossType(type: string): boolean {
  return trainingTypes.has(type) && type !== 'Accuracy';
}
