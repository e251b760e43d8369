import { STATIC_GPUS } from './gpus.ts';
import { groupBy } from './group-by.ts';
import { type GpuReport, type KernelReport, type NetworkFigures, networkFigures } from './report.ts';

/** Returns a Markdown table of the default choice of each network on each GPU. */
export function networkTable(reports: readonly GpuReport[]): string {
  const rows = reports.flatMap((report) => networkFigures(report).map((figures) => networkRow(report, figures)));
  return markdown(
    ['GPU', 'network', 'instructions / least', 'first layer', 'spills', 'fewest waves', 'compile, ms', 'slowest, ms'],
    rows,
  );
}

function networkRow({ gpu }: GpuReport, figures: NetworkFigures): string[] {
  return [
    STATIC_GPUS[gpu].name,
    figures.network,
    ...(figures.hasConvolutions ? [ratioText(figures.ratio), ratioText(figures.firstLayerRatio)] : ['', '']),
    `${figures.spills}`,
    `${figures.fewestWaves ?? ''}`,
    figures.compileMilliseconds.toFixed(0),
    figures.slowestMilliseconds.toFixed(0),
  ];
}

/** Returns a Markdown table of a GPU's kernels. Kernels of the same shape and variant are one row. */
export function kernelTable({ kernels }: GpuReport): string {
  const groups = groupBy(kernels, ({ network, shape, layer, variant, isDefault }) =>
    JSON.stringify([network, shape ?? layer, variant, isDefault]),
  );
  return markdown(
    [
      'network',
      'layer',
      'kernel',
      'layers',
      'instructions / least',
      'M instructions',
      'threads',
      'registers',
      'spills',
      'waves',
      'compile, ms',
    ],
    groups.map(kernelRow),
  );
}

function kernelRow(group: readonly KernelReport[]): string[] {
  const kernel = group[0] as KernelReport;
  const { network, shape, layer, variant, isDefault, threads, instructions, least, pipeline, failure } = kernel;
  const name = `${variant ?? ''}${isDefault ? ' (default)' : ''}`;
  const start = [network, shape ?? layer, name, `${group.length}`];
  if (!pipeline) return [...start, failure ?? '', '', '', '', '', '', ''];
  return [
    ...start,
    least === 0 ? '' : ratioText((instructions ?? Number.NaN) / least),
    least === 0 ? '' : (((instructions ?? Number.NaN) * group.length) / 1e6).toFixed(1),
    `${threads}`,
    `${pipeline.registers ?? ''}`,
    `${pipeline.spills}`,
    `${pipeline.waves ?? ''}`,
    pipeline.compileMilliseconds.toFixed(0),
  ];
}

/** A ratio, or `?` if the loops of source and machine code differ. */
function ratioText(ratio: number): string {
  return Number.isNaN(ratio) ? '?' : `×${ratio.toFixed(2)}`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell || '–').join(' | ')} |`).join('\n');
}
