import { readdirSync } from 'node:fs';
import pictureColumns from '../../../shaders/picture/picture-columns.wgsl';
import pictureRows from '../../../shaders/picture/picture-rows-texture.wgsl';
import type { Capabilities } from '../../backends/webgpu/device.ts';
import { type Kernel, kernelOf } from '../../backends/webgpu/kernels.ts';
import { PipelineCache } from '../../backends/webgpu/pipelines.ts';
import { shaderText } from '../../backends/webgpu/shader-code.ts';
import { chosenVariant } from '../../backends/webgpu/variant-choice.ts';
import {
  type ConvolutionShape,
  convolutionShapes,
  shapeKey,
  type Variant,
  variantsOf,
} from '../../backends/webgpu/variants.ts';
import { messageOf, missingPart } from '../../errors.ts';
import { scoresBlob } from '../../graph/scores.ts';
import type { Convolution, Plan, PlanTensor, Step } from '../../plan/plan.ts';
import { planGraph } from '../../plan/plan-graph.ts';
import { connectLayers } from '../../tools/caffe/build-graph.ts';
import { knownNetwork } from '../../tools/networks/networks.ts';
import { Random } from '../../tools/networks/random.ts';
import { SeededTensors } from '../../tools/networks/seeded-tensors.ts';
import type { CompiledKernel, CompiledKernels, Work } from './compiled.ts';
import { loopsOf } from './loops.ts';

/** The picture's path, listed as a network of two kernels. */
const PICTURE = 'picture';
const PICTURE_SHADERS = { 'picture-rows': pictureRows, 'picture-columns': pictureColumns };

/** Kept alive to the end: collecting it frees its devices. */
let gpu: GPU | undefined;

export interface CompileOptions {
  /** The folder that the Vulkan layer writes pipelines to. */
  readonly folder: string;
  readonly networks: readonly string[];
  /** Whether to compile every variant of each layer shape too, not only the default one. */
  readonly variants: boolean;
}

/**
 * Compiles the kernels of networks on the device that the process finds, one after the other.
 * @throws Error if no device can be opened.
 */
export async function compileKernels(options: CompileOptions): Promise<CompiledKernels> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  gpu = create(['backend=vulkan']);
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn found no adapter of the driver.');
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  // Synchronous, so that the files' numbers tell which pipeline is which.
  device.createComputePipelineAsync = async (descriptor) => device.createComputePipeline(descriptor);
  const { vendor, architecture } = adapter.info;
  const capabilities: Capabilities = { vendor, architecture, timestamps: false };
  const compiler = new KernelCompiler(device, options.folder);
  for (const network of options.networks) {
    await compiler.compilePlan(network, planOf(network), capabilities, options.variants);
  }
  await compiler.compilePictures();
  return { driver: adapter.info.description, kernels: compiler.kernels };
}

class KernelCompiler {
  readonly kernels: CompiledKernel[] = [];
  readonly #device: GPUDevice;
  readonly #folder: string;
  /** Files by pipeline. */
  readonly #known = new Map<string, string>();

  constructor(device: GPUDevice, folder: string) {
    this.#device = device;
    this.#folder = folder;
  }

  async compilePlan(network: string, plan: Plan, capabilities: Capabilities, variants: boolean): Promise<void> {
    for (const step of plan.steps) {
      await this.#compileStep(network, plan, step, true, (shape) => chosenVariant(shape, capabilities, {}));
    }
    if (!variants) return;
    for (const shape of convolutionShapes(plan)) {
      const usual = chosenVariant(shape, capabilities, {}).name;
      for (const variant of variantsOf(shape, capabilities)) {
        if (variant.name === usual) continue;
        await this.#compileStep(network, plan, shape.step, false, () => variant);
      }
    }
  }

  async compilePictures(): Promise<void> {
    for (const [layer, code] of Object.entries(PICTURE_SHADERS)) {
      const row = { network: PICTURE, layer, isDefault: true, threads: 0, loops: [] };
      this.kernels.push({ ...row, ...(await this.#compiled({ code, entryPoint: 'main', constants: {} })) });
    }
  }

  async #compileStep(
    network: string,
    plan: Plan,
    step: Step,
    isDefault: boolean,
    variantOf: (shape: ConvolutionShape) => Variant,
  ): Promise<void> {
    const [input, output] = [plan.tensors[step.input] as PlanTensor, plan.tensors[step.output] as PlanTensor];
    const kernel = kernelOf(step, input, output, variantOf);
    const row = { network, layer: step.layer, isDefault, threads: kernel.threads(1), loops: [] };
    const convolution =
      kernel.variant === undefined ? {} : convolutionParts(kernel, step as Convolution, input, output);
    this.kernels.push({ ...row, ...convolution, ...(await this.#compiled(kernel)) });
  }

  async #compiled(
    kernel: Pick<Kernel, 'code' | 'entryPoint' | 'constants'>,
  ): Promise<Pick<CompiledKernel, 'file' | 'failure'>> {
    const { code, entryPoint, constants } = kernel;
    const text = await shaderText(code, missingPart);
    const pipeline = JSON.stringify([text, entryPoint, constants]);
    const known = this.#known.get(pipeline);
    if (known !== undefined) return { file: known };
    this.#device.pushErrorScope('validation');
    this.#device.pushErrorScope('internal');
    const compiling = PipelineCache.of(this.#device).get(text, kernel).catch(messageOf);
    const failure = await compiling;
    const errors = await Promise.all([this.#device.popErrorScope(), this.#device.popErrorScope()]);
    if (typeof failure === 'string') return { failure };
    const error = errors.find((reported) => reported !== null);
    const file = this.#files().at(-1);
    if (error || file === undefined) return { failure: error?.message ?? 'The driver compiled no pipeline.' };
    this.#known.set(pipeline, file);
    return { file };
  }

  #files(): readonly string[] {
    return readdirSync(this.#folder)
      .filter((name) => /^\d+\.txt$/.test(name))
      .sort();
  }
}

function planOf(network: string): Plan {
  const random = new Random(1);
  const graph = connectLayers(
    knownNetwork(network).describe(),
    (layer, input) => new SeededTensors(random, layer, input),
  );
  return planGraph(graph, { kind: 'integers', unit: 1 }, [scoresBlob(graph)]);
}

function convolutionParts(
  kernel: Kernel,
  step: Convolution,
  input: PlanTensor,
  output: PlanTensor,
): Pick<CompiledKernel, 'loops' | 'shape' | 'variant' | 'work'> {
  const shape = shapeKey({ step, input: input.shape, output: output.shape });
  return {
    shape,
    loops: loopsOf(kernel, step, input.shape),
    work: workOf(step, input, output),
    ...(kernel.variant && { variant: kernel.variant }),
  };
}

function workOf(step: Convolution, input: PlanTensor, output: PlanTensor): Work {
  const { channels, height, width } = output.shape;
  const taps = channels * height * width * step.kernel[0] * step.kernel[1];
  const depth = input.shape.channels / step.group;
  if (step.kind === 'binaryConvolution') {
    const planes = input.kind === 'codes' ? input.bits : 1;
    return { words: taps * (depth / 32) * planes, products: 0 };
  }
  const limbs = step.kind === 'integerConvolution' ? step.weights.limbs.length : 1;
  return { words: 0, products: taps * depth * limbs };
}
