import { type BackendName, createClassifier } from '../../client/index.ts';
import { reportLabelOf } from './report.ts';
import { backend, createPicture, model, requestedThreads } from './task.ts';

await reportLabelOf(async () => {
  const classifier = await createClassifier({
    model,
    backend: backend as BackendName | 'auto',
    threads: requestedThreads,
  });
  const { categories } = await classifier.classify(createPicture());
  return categories[0]?.label ?? '';
});
