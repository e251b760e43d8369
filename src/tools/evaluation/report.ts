import { CALIBRATION_BINS, type CalibrationBin } from './calibration.ts';
import type { Evaluation } from './evaluation.ts';

/** What an evaluation found, as plain data; shares are 0 to 1. */
export interface EvaluationReport {
  readonly pictures: number;
  readonly right: number;
  readonly top1: number;
  readonly top5: number;
  readonly calibration: { readonly error: number; readonly bins: readonly CalibrationBin[] };
  readonly classes: readonly { readonly label: string; readonly pictures: number; readonly right: number }[];
  readonly confused: readonly { readonly actual: string; readonly predicted: string; readonly pictures: number }[];
  /** A row for each class that pictures truly belong to, a column for each that they were named. */
  readonly confusion: readonly (readonly number[])[];
}

/** So many confused pairs are told. */
const MOST_PAIRS = 10;

export function toReport(evaluation: Evaluation, labels: readonly string[]): EvaluationReport {
  const { pictures, right, top1, top5, calibrationError } = evaluation;
  const labelOf = (index: number) => labels[index] ?? String(index);
  return {
    pictures,
    right,
    top1,
    top5,
    calibration: { error: calibrationError, bins: evaluation.calibrationBins() },
    classes: evaluation
      .perClass()
      .map((result) => ({ label: labelOf(result.index), pictures: result.pictures, right: result.right })),
    confused: evaluation.confusedPairs(MOST_PAIRS).map((pair) => ({
      actual: labelOf(pair.actual),
      predicted: labelOf(pair.predicted),
      pictures: pair.pictures,
    })),
    confusion: labels.map((_, actual) => labels.map((_, predicted) => evaluation.count(actual, predicted))),
  };
}

/** The report for people, without the matrix. Classes without pictures are left out. */
export function reportText(report: EvaluationReport): string {
  const { pictures, right, top1, top5, calibration } = report;
  const seen = report.classes.filter((result) => result.pictures > 0);
  const width = Math.max(0, ...seen.map(({ label }) => label.length));
  return [
    `${pictures} pictures, ${right} named rightly`,
    `top-1 ${percent(top1)}, top-5 ${percent(top5)}`,
    `expected calibration error ${percent(calibration.error)} (${CALIBRATION_BINS} bins)`,
    '',
    'accuracy by class',
    ...seen.map(
      (result) =>
        `  ${result.label.padEnd(width)}  ${percent(result.right / result.pictures).padStart(7)} of ${result.pictures}`,
    ),
    '',
    report.confused.length > 0 ? 'most confused' : 'nothing was confused',
    ...report.confused.map((pair) => `  ${String(pair.pictures).padStart(5)}  ${pair.actual} named ${pair.predicted}`),
    '',
  ].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
