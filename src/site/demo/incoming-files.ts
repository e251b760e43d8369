/** What a model is converted from. */
export interface CaffeFiles {
  readonly prototxt: File;
  readonly weights: File;
  /** A mean image, as Caffe stores it. */
  readonly mean?: File;
  /** One label a line. */
  readonly labels?: File;
}

/** Files that came in together, by what they are for. */
export interface IncomingFiles {
  /** A picture or a video. */
  readonly picture?: File;
  readonly model?: File;
  readonly caffe: Partial<CaffeFiles>;
  /** Files that nothing here can use. */
  readonly others: readonly File[];
}

const CAFFE_ROLES: Readonly<Record<string, keyof CaffeFiles>> = {
  prototxt: 'prototxt',
  caffemodel: 'weights',
  binaryproto: 'mean',
  txt: 'labels',
};

/** Sorts files by their names' ends, and pictures and videos by their type; of several of a kind the last one counts. */
export function sortFiles(files: readonly File[]): IncomingFiles {
  let sorted: IncomingFiles = { caffe: {}, others: [] };
  for (const file of files) {
    const extension = file.name.slice(file.name.lastIndexOf('.') + 1).toLowerCase();
    const role = CAFFE_ROLES[extension];
    if (role) sorted = { ...sorted, caffe: { ...sorted.caffe, [role]: file } };
    else if (extension === 'hwgq') sorted = { ...sorted, model: file };
    else if (/^(image|video)\//.test(file.type)) sorted = { ...sorted, picture: file };
    else sorted = { ...sorted, others: [...sorted.others, file] };
  }
  return sorted;
}
