import { fromHalfQuads, QUAD_CHANNELS, quadCount } from '../../src/backends/webgpu/layout.ts';
import { PictureInput } from '../../src/backends/webgpu/picture-input.ts';
import type { AnyPicture } from '../../src/image/deferred-picture.ts';
import { channelCount, type Preprocessing } from '../../src/image/preprocessing.ts';

/** Computes a network's input on the GPU, planar. */
export async function gpuInput(
  device: GPUDevice,
  picture: AnyPicture,
  preprocessing: Preprocessing,
  image = 0,
): Promise<number[]> {
  if (!PictureInput.accepts(device, preprocessing, picture)) throw new Error('The GPU does not accept the picture.');
  const { width, height } = preprocessing;
  const channels = channelCount(preprocessing.channels);
  const values = width * height * quadCount(channels) * QUAD_CHANNELS;
  const size = (image + 1) * values * Uint16Array.BYTES_PER_ELEMENT;
  const input = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const readback = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const pictures = await PictureInput.create(device, preprocessing);
  const prepared = await pictures.prepare(picture);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pictures.encode(pass, prepared, { buffer: input }, image);
  pass.end();
  encoder.copyBufferToBuffer(input, 0, readback, 0, size);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(GPUMapMode.READ);
  const halves = new Uint16Array(readback.getMappedRange()).slice(image * values);
  for (const buffer of [input, readback]) buffer.destroy();
  pictures.dispose();
  return Array.from(fromHalfQuads(halves, { channels, height, width }, 1));
}
