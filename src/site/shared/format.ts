/** Formats a size in bytes. 1 KB is 1000 bytes, as in file managers and download lists. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 999_500) return `${significant(bytes / 1000)} KB`;
  return `${significant(bytes / 1_000_000)} MB`;
}

export function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${significant(milliseconds)} ms` : `${significant(milliseconds / 1000)} s`;
}

/** Formats a probability as an integer percentage. Only exact 0 and 1 are shown as 0% and 100%. */
export function formatPercent(probability: number): string {
  const percent = Math.round(probability * 100);
  if (percent === 0 && probability > 0.0005) return '<1%';
  if (percent === 100 && probability < 0.9995) return '>99%';
  return `${percent}%`;
}

function significant(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}

/** Formats a share of pictures as a percentage with two decimals, the usual precision of accuracies. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

/** Formats a duration in seconds, minutes, or hours. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
