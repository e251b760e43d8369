import { createClassifier } from 'hwgq-web';

const model = new URL('hwgq-web/models/cifarsmall.hwgq', import.meta.url);
const sample = new URL('hwgq-web/models/samples/frog.png', import.meta.url);

const input = document.querySelector('input');
const image = document.querySelector('img');
const output = document.querySelector('output');

const classifier = await createClassifier({ model, maxResults: 3 });

async function show(url) {
  image.src = url;
  await image.decode();
  const { categories } = await classifier.classify(image);
  output.value = categories.map(({ label, score }) => `${label} ${Math.round(100 * score)}%`).join(', ');
}

input.addEventListener('change', () => show(URL.createObjectURL(input.files[0])));
await show(sample.href);
