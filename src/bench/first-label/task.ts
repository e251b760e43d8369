/** The task of this page, from the URL's fragment (`firstLabelAddress`). */
const given = new URLSearchParams(location.hash.slice(1));

const [width, height, scale] = ['width', 'height', 'scale'].map((name) => Number(given.get(name))) as [
  number,
  number,
  number,
];
/** Indices of the network's channels in an RGBA pixel. Green stands for gray, since any picture will do. */
const CHANNEL_INDICES = { bgr: [2, 1, 0], rgb: [0, 1, 2], gray: [1] } as const;

export const backend = given.get('backend') ?? 'auto';
/** URL of the model. */
export const model = given.get('model') ?? '';
/** URL of the folder of the other engines. It ends with a slash. */
export const peers = given.get('peers') ?? '';
/** Number of threads; undefined if the engine chooses it. */
export const requestedThreads = given.has('threads') ? Number(given.get('threads')) : undefined;
/** Number of threads of an engine that does not choose it. */
export const threads = requestedThreads ?? 1;

/** Creates a picture of the network's input size. */
export function createPicture(): ImageData {
  const image = new ImageData(width, height);
  for (let index = 0; index < image.data.length; index++)
    image.data[index] = index % 4 === 3 ? 255 : (index * 31) % 256;
  return image;
}

/** The input of another engine. */
export interface EngineInput {
  /** The picture's planar values, without the means. */
  readonly values: Float32Array;
  readonly shape: readonly [images: number, channels: number, height: number, width: number];
}

/** Creates the input of another engine from the picture. */
export function createInput(): EngineInput {
  const { data } = createPicture();
  const indices = CHANNEL_INDICES[(given.get('channels') ?? 'bgr') as keyof typeof CHANNEL_INDICES];
  const means = given.getAll('mean').map(Number);
  const pixels = width * height;
  const values = new Float32Array(indices.length * pixels);
  for (const [channel, index] of indices.entries()) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      values[channel * pixels + pixel] = ((data[pixel * 4 + index] ?? 0) - (means[channel] ?? 0)) * scale;
    }
  }
  return { values, shape: [1, indices.length, height, width] };
}
