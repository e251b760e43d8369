import lenetUrl from '../../models/lenet.hwgq?url';
import { createClassifier } from '../../src/client/index.ts';

const canvas = new OffscreenCanvas(200, 200);
const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
context.fillStyle = '#fff';
context.fillRect(0, 0, 200, 200);
context.fillStyle = '#000';
context.fillRect(92, 40, 16, 120);

const classifier = await createClassifier({ model: lenetUrl, backend: 'wasm' });
for await (const { categories } of classifier.stream(canvas)) {
  postMessage(categories[0]?.label);
  break;
}
classifier.dispose();
