import { CALIBRATION_BINS, type CalibrationBin } from './calibration.ts';
import type { Evaluation } from './evaluation.ts';

/** Results of an evaluation as plain data. Shares are 0 to 1. */
export interface EvaluationReport {
  readonly pictures: number;
  readonly correct: number;
  /** Pictures whose scores are not finite numbers. They count as wrong. */
  readonly invalid: number;
  readonly top1: number;
  readonly top5: number;
  readonly calibration: { readonly error: number; readonly bins: readonly CalibrationBin[] };
  readonly classes: readonly { readonly label: string; readonly pictures: number; readonly correct: number }[];
  readonly confused: readonly { readonly actual: string; readonly predicted: string; readonly pictures: number }[];
  /** Confusion matrix: numbers of pictures, a row per actual class, a column per predicted class. */
  readonly confusion: readonly (readonly number[])[];
}

/** Maximum number of confused pairs in a report. */
const MAX_CONFUSED_PAIRS = 10;

/** Returns the report of an evaluation, with labels for classes. */
export function toReport(evaluation: Evaluation, labels: readonly string[]): EvaluationReport {
  const { pictures, correct, invalid, top1, top5, calibrationError } = evaluation;
  const labelOf = (index: number) => labels[index] ?? String(index);
  return {
    pictures,
    correct,
    invalid,
    top1,
    top5,
    calibration: { error: calibrationError, bins: evaluation.calibrationBins() },
    classes: evaluation
      .perClass()
      .map((result) => ({ label: labelOf(result.index), pictures: result.pictures, correct: result.correct })),
    confused: evaluation.confusedPairs(MAX_CONFUSED_PAIRS).map((pair) => ({
      actual: labelOf(pair.actual),
      predicted: labelOf(pair.predicted),
      pictures: pair.pictures,
    })),
    confusion: labels.map((_, actual) => labels.map((_, predicted) => evaluation.count(actual, predicted))),
  };
}

/** Formats a report as text, without the confusion matrix and without classes that have no pictures. */
export function reportText(report: EvaluationReport): string {
  const { pictures, correct, invalid, top1, top5, calibration } = report;
  const present = report.classes.filter((result) => result.pictures > 0);
  const width = Math.max(0, ...present.map(({ label }) => label.length));
  return [
    `${pictures} pictures, ${correct} correct`,
    ...(invalid > 0 ? [`${invalid} with scores that are infinite or NaN, counted as wrong`] : []),
    `top-1 ${percent(top1)}, top-5 ${percent(top5)}`,
    `expected calibration error ${percent(calibration.error)} (${CALIBRATION_BINS} bins)`,
    '',
    'accuracy by class',
    ...present.map(
      (result) =>
        `  ${result.label.padEnd(width)}  ${percent(result.correct / result.pictures).padStart(7)} of ${result.pictures}`,
    ),
    '',
    report.confused.length > 0 ? 'most confused classes' : 'no confused classes',
    ...report.confused.map(
      (pair) => `  ${String(pair.pictures).padStart(5)}  ${pair.actual} predicted as ${pair.predicted}`,
    ),
    '',
  ].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
