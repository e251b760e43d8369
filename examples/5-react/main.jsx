import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import 'hwgq-web/element';

const model = new URL('hwgq-web/models/cifarsmall.hwgq', import.meta.url).href;
const sample = new URL('hwgq-web/models/samples/frog.png', import.meta.url).href;

function Classifier() {
  const [label, setLabel] = useState();
  return (
    <figure>
      <hwgq-classifier model={model} src={sample} controls onresult={({ detail }) => setLabel(detail.label)} />
      <figcaption>{label ?? 'unsure'}</figcaption>
    </figure>
  );
}

createRoot(document.querySelector('#root')).render(<Classifier />);
