/** The files that a Caffe model is converted from. */
export interface CaffeFiles {
  readonly prototxt: File;
  readonly weights: File;
  /** A mean image in Caffe's binary format. */
  readonly mean?: File;
  /** A text file with one label per line. */
  readonly labels?: File;
}

/** Files that arrived together, sorted by purpose. */
export interface IncomingFiles {
  /** A picture or a video. */
  readonly picture?: File;
  readonly model?: File;
  readonly caffe: Partial<CaffeFiles>;
  /** Files of types that the page does not support. */
  readonly others: readonly File[];
}

const CAFFE_ROLES: Readonly<Record<string, keyof CaffeFiles>> = {
  prototxt: 'prototxt',
  caffemodel: 'weights',
  binaryproto: 'mean',
  txt: 'labels',
};

/** Sorts files by name extension, and pictures and videos by MIME type. The last file of each kind wins. */
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
