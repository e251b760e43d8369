import { PNG } from 'pngjs';
import { confusionPicture } from '../tools/evaluation/confusion-picture.ts';
import type { Evaluation } from '../tools/evaluation/evaluation.ts';
import { print } from './messages.ts';
import { writeAtomically } from './write-file.ts';

/** Writes the confusion matrix of an evaluation as a PNG file and prints its name. */
export async function writeConfusion(path: string, evaluation: Evaluation): Promise<void> {
  const { width, height, data } = confusionPicture(evaluation);
  const png = new PNG({ width, height });
  png.data.set(data);
  await writeAtomically(path, (file) => file.writeFile(PNG.sync.write(png)));
  print(`confusion matrix: ${path} (rows: actual class, columns: predicted class)\n`);
}
