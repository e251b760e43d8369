import { messageOf } from '../../errors.ts';

/** Writes the label and the milliseconds since navigation into the document, and posts them to the benchmark page. */
export function reportFirstLabel(label: string): void {
  const firstLabel = performance.now();
  Object.assign(document.documentElement.dataset, { label, firstLabel });
  parent.postMessage({ firstLabel }, location.origin);
}

/** Runs a classification and reports its label, or its failure. */
export async function reportLabelOf(classify: () => Promise<string>): Promise<void> {
  try {
    reportFirstLabel(await classify());
  } catch (error) {
    const failure = messageOf(error);
    document.documentElement.dataset.failure = failure;
    parent.postMessage({ failure }, location.origin);
    throw error;
  }
}
