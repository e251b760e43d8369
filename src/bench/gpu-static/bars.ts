import { type GpuName, STATIC_GPUS } from './gpus.ts';
import type { GpuReport, NetworkFigures } from './report.ts';
import { networkFigures } from './report.ts';

/** The network whose figures have limits on instructions, occupancy, and compile time. */
const NETWORK = 'resnet18';

/** Limits on the default choice for the network, without autotune. */
const MOST_INSTRUCTIONS = { network: 1.8, firstLayer: 2 };
const FEWEST_WAVES = 8;
/** Milliseconds. */
const LONGEST_COMPILATION = { all: 1500, one: 300 };

/** Returns a line for each limit that a GPU's default kernels exceed. */
export function missedBars(report: GpuReport): readonly string[] {
  const figures = networkFigures(report);
  return [
    ...report.kernels.flatMap(({ layer, network, isDefault, failure, variant }) =>
      isDefault && failure ? [`${network} ${layer} ${variant ?? ''}: the driver refuses the kernel: ${failure}`] : [],
    ),
    ...figures.flatMap((figure) =>
      figure.spills === 0 ? [] : [`${figure.network} spills ${figure.spills} registers; the limit is 0`],
    ),
    ...figures.filter(({ network }) => network === NETWORK).flatMap((figure) => missedByNetwork(report.gpu, figure)),
  ];
}

function missedByNetwork(gpu: GpuName, figure: NetworkFigures): readonly string[] {
  const missed: string[] = [];
  const check = (what: string, value: number, isMet: boolean, limit: string) => {
    if (!isMet) missed.push(`${figure.network} ${what} ${Number(value.toFixed(2))}; the limit is ${limit}`);
  };
  if (STATIC_GPUS[gpu].vendor === 'amd') {
    const { network, firstLayer } = MOST_INSTRUCTIONS;
    check('issues vector instructions over the least ×', figure.ratio, figure.ratio <= network, `${network}`);
    check('first layer ×', figure.firstLayerRatio, figure.firstLayerRatio <= firstLayer, `${firstLayer}`);
  }
  if (gpu === 'rdna2') {
    const waves = figure.fewestWaves ?? 0;
    check('waves', waves, waves >= FEWEST_WAVES, `${FEWEST_WAVES}`);
  }
  const { compileMilliseconds: all, slowestMilliseconds: one } = figure;
  check('compiles in ms', all, all <= LONGEST_COMPILATION.all, `${LONGEST_COMPILATION.all}`);
  check('slowest kernel compiles in ms', one, one <= LONGEST_COMPILATION.one, `${LONGEST_COMPILATION.one}`);
  return missed;
}
