import { createClassifier } from 'hwgq-web/node';

const model = new URL(import.meta.resolve('hwgq-web/models/cifarsmall.hwgq'));
const classifier = await createClassifier({ model, maxResults: 1 });

for (const file of process.argv.slice(2)) {
  const { categories, timings } = await classifier.classify(file);
  const [{ label, score }] = categories;
  console.log(`${file}: ${label} ${Math.round(100 * score)}% in ${timings.total.toFixed(1)} ms`);
}

classifier.dispose();
