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
/** Number of threads; undefined for the engine's default. */
export const threads = given.has('threads') ? Number(given.get('threads')) : undefined;

/** Creates a picture of the network's input size. */
export function createPicture(): ImageData {
  const image = new ImageData(width, height);
  for (let index = 0; index < image.data.length; index++)
    image.data[index] = index % 4 === 3 ? 255 : (index * 31) % 256;
  return image;
}

/** Returns the picture's values for another engine, with their shape: float32, planar, without the means. */
export function createInput(): { readonly values: Float32Array; readonly shape: readonly number[] } {
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
