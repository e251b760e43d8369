/** The enum of the old `layers` messages (Caffe `V1LayerParameter`), as the type names of today. */
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
  ['SOFTMAX', 'Softmax'],
  ['SOFTMAX_LOSS', 'SoftmaxWithLoss'],
  ['SPLIT', 'Split'],
  ['WINDOW_DATA', 'WindowData'],
]);

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

/** Today's name of a type, whichever of the two formats it comes from. */
export function currentType(type: string): string {
  return oldTypes.get(type) ?? type;
}

/** Layers that read examples from somewhere; at inference the network's input takes their place. */
export function isDataType(type: string): boolean {
  return dataTypes.has(type);
}

/** Layers that only judge what a network says. */
export function isTrainingType(type: string): boolean {
  return trainingTypes.has(type);
}
