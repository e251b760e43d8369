/** Files that came in together, by what they are for. */
export interface IncomingFiles {
  readonly picture?: File;
  readonly model?: File;
  readonly caffe: Partial<CaffeFiles>;
  /** Files that nothing here can use. */
  readonly others: readonly File[];
}

/** What a conversion is made from. */
export interface CaffeFiles {
  readonly prototxt: File;
  readonly weights: File;
  /** The mean image, as Caffe stores it. */
  readonly mean: File;
  /** One label a line. */
  readonly labels: File;
}

/** Which extension is which Caffe file's. */
const CAFFE_EXTENSIONS: Readonly<Record<string, keyof CaffeFiles>> = {
  prototxt: 'prototxt',
  caffemodel: 'weights',
  binaryproto: 'mean',
  txt: 'labels',
};

/** Sorts files by name, and pictures by their type; of several of a kind the last one counts. */
export function sortFiles(files: readonly File[]): IncomingFiles {
  const sorted: { picture?: File; model?: File; caffe: Partial<Record<keyof CaffeFiles, File>>; others: File[] } = {
    caffe: {},
    others: [],
  };
  for (const file of files) {
    const extension = file.name.slice(file.name.lastIndexOf('.') + 1).toLowerCase();
    const role = CAFFE_EXTENSIONS[extension];
    if (role) sorted.caffe[role] = file;
    else if (extension === 'hwgq') sorted.model = file;
    else if (file.type.startsWith('image/')) sorted.picture = file;
    else sorted.others.push(file);
  }
  return sorted;
}
