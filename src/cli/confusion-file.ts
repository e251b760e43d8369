import { encodePng } from '../node/pictures/encode-png.ts';
import { confusionPicture } from '../tools/evaluation/confusion-picture.ts';
import type { Evaluation } from '../tools/evaluation/evaluation.ts';
import { print } from './messages.ts';
import { writeAtomically } from './write-file.ts';

/** Writes the confusion matrix of an evaluation as a PNG file and prints its name. */
export async function writeConfusion(path: string, evaluation: Evaluation): Promise<void> {
  const png = encodePng(confusionPicture(evaluation));
  await writeAtomically(path, (file) => file.writeFile(png));
  print(`confusion matrix: ${path} (rows: actual class, columns: predicted class)\n`);
}
