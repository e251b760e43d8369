import { describe, expect, it } from 'vitest';
import { completeFrom, preprocessingFor } from '../../../src/tools/convert/preprocessing.ts';

describe('preprocessingFor', () => {
  it.each([
    [[3, 224, 224], 'bgr', { method: 'crop', resize: 256 }],
    [[3, 227, 227], 'bgr', { method: 'crop', resize: 256 }],
    [[3, 256, 256], 'bgr', { method: 'stretch' }],
    [[3, 32, 32], 'bgr', { method: 'stretch' }],
    [[1, 28, 28], 'gray', { method: 'digit' }],
    [[3, 28, 28], 'bgr', { method: 'stretch' }],
  ])('has defaults for an input of %s', (shape, channels, fit) => {
    const [count = 0, height, width] = shape;
    const mean = { kind: 'channels', values: new Array<number>(count).fill(0) };
    expect(preprocessingFor(shape, {})).toEqual({ channels, height, width, fit, mean, scale: 1 });
  });

  it('uses the given options', () => {
    const options = {
      channels: 'rgb',
      mean: { kind: 'channels', values: [1, 2, 3] },
      scale: 0.5,
      fit: { method: 'stretch' },
    } as const;
    expect(preprocessingFor([3, 224, 224], options)).toEqual({ ...options, height: 224, width: 224 });
  });

  it('uses the center of a larger mean image, as Caffe does', () => {
    const values = Float32Array.from({ length: 3 * 5 * 4 }, (_, index) => index);
    const { mean } = preprocessingFor([3, 2, 2], { mean: { kind: 'image', shape: [1, 3, 5, 4], values } });
    expect(mean).toEqual({ kind: 'image', values: Float32Array.of(5, 6, 9, 10, 25, 26, 29, 30, 45, 46, 49, 50) });
  });

  it.each([
    ['gray for three channels', [3, 8, 8], { channels: 'gray' }, /'gray'.*3.*'bgr' or 'rgb'/],
    ['colours for one channel', [1, 8, 8], { channels: 'rgb' }, /'rgb'.*1.*'gray'/],
    ['too few means', [3, 8, 8], { mean: { kind: 'channels', values: [1, 2] } }, /'1, 2'.*3 channels/],
    ['a resize smaller than the input', [3, 8, 8], { fit: { method: 'shorterSide', resize: 7 } }, /to 7.*8×8/],
    ['a scale of 0', [3, 8, 8], { scale: 0 }, /scale is 0/],
    [
      'a mean image that is too small',
      [1, 8, 8],
      { mean: { kind: 'image', shape: [1, 7, 9], values: new Float32Array(63) } },
      /1×7×9.*1×8×8/,
    ],
    [
      'a mean image with other channels',
      [1, 2, 2],
      { mean: { kind: 'image', shape: [3, 2, 2], values: new Float32Array(12) } },
      /3×2×2/,
    ],
  ] as const)('rejects %s', (_, shape, options, message) => {
    expect(() => preprocessingFor(shape, options)).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringMatching(message) }),
    );
  });

  it('rejects a network whose input is not a picture', () => {
    expect(() => preprocessingFor([784], {})).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });
});

describe('completeFrom', () => {
  const transform = { means: [104, 117, 123], scale: 0.5 };

  it('uses the data layer for options that are not given, and notes it', () => {
    expect(completeFrom(transform, [3, 8, 8], { channels: 'rgb' })).toEqual({
      options: { channels: 'rgb', mean: { kind: 'channels', values: [104, 117, 123] }, scale: 0.5 },
      notes: ["Using the preprocessing of the prototxt's data layer: mean 104, 117, 123, scale 0.5."],
    });
  });

  it('keeps the given options', () => {
    const options = { mean: { kind: 'channels', values: [1, 2, 3] }, scale: 1 } as const;
    expect(completeFrom({ ...transform, meanFile: 'm' }, [3, 8, 8], options)).toEqual({ options, notes: [] });
  });

  it('applies a single mean to all channels, as Caffe does', () => {
    const { options } = completeFrom({ means: [128], scale: 1 }, [3, 8, 8], {});
    expect(options).toEqual({ mean: { kind: 'channels', values: [128, 128, 128] } });
  });

  it('notes a missing mean image', () => {
    const { options, notes } = completeFrom({ means: [], scale: 1, meanFile: 'm.binaryproto' }, [3, 8, 8], {});
    expect(options).toEqual({});
    expect(notes).toEqual([expect.stringMatching(/'m\.binaryproto'.*not given/)]);
  });

  it('adds nothing to a deploy file', () => {
    expect(completeFrom(undefined, [3, 8, 8], {})).toEqual({ options: {}, notes: [] });
  });
});
