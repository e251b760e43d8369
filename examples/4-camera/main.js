import { createClassifier } from 'hwgq-web';

const model = new URL('hwgq-web/models/cifarsmall.hwgq', import.meta.url);

const button = document.querySelector('button');
const video = document.querySelector('video');
const output = document.querySelector('output');

button.addEventListener('click', async () => {
  button.disabled = true;
  const camera = await navigator.mediaDevices.getUserMedia({ video: true });
  video.srcObject = camera;
  const classifier = await createClassifier({ model });
  const results = classifier.stream(camera, { region: 'square', smoothing: 300, scoreThreshold: 0.5 });
  for await (const { categories, counts } of results) {
    output.value = `${categories[0]?.label ?? 'unsure'}, ${counts.dropped} frames dropped`;
  }
  classifier.dispose();
});
