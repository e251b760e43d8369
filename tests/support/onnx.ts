import * as ort from 'onnxruntime-web';
import type { GraphWriter } from '../../src/tools/onnx/graph-writer.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** An ONNX graph with one input, loaded in onnxruntime-web. */
export interface OnnxSession {
  /** Runs the graph and returns all outputs by name, planar. */
  run(input: Float32Array): Promise<ReadonlyMap<string, Float32Array>>;
  release(): Promise<void>;
}

export async function onnxSession(graph: GraphWriter | Uint8Array): Promise<OnnxSession> {
  const bytes = graph instanceof Uint8Array ? graph : graph.toBytes({ name: 'test', version: '0' });
  const session = await ort.InferenceSession.create(bytes);
  const [metadata] = session.inputMetadata;
  if (!metadata?.isTensor) throw new Error('The graph has no input.');
  const { name, shape } = metadata;
  return {
    async run(input) {
      const results = await session.run({ [name]: new ort.Tensor('float32', input, shape.map(Number)) });
      return new Map(Object.entries(results).map(([output, value]) => [output, value.data as Float32Array]));
    },
    release: () => session.release(),
  };
}

/** Runs a graph once and returns its outputs. */
export async function runOnnx(
  graph: GraphWriter | Uint8Array,
  input: ArrayLike<number>,
): Promise<ReadonlyMap<string, Float32Array>> {
  const session = await onnxSession(graph);
  try {
    return await session.run(Float32Array.from(input));
  } finally {
    await session.release();
  }
}
