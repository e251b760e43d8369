import airplane from '../../../../models/samples/airplane.png?url';
import automobile from '../../../../models/samples/automobile.png?url';
import bird from '../../../../models/samples/bird.png?url';
import frog from '../../../../models/samples/frog.png?url';
import horse from '../../../../models/samples/horse.png?url';
import ship from '../../../../models/samples/ship.png?url';
import truck from '../../../../models/samples/truck.png?url';
import { HwgqError } from '../../../client/index.ts';
import { byId, create } from '../../shared/dom.ts';

/** Drawn by models/samples/draw.mjs. */
const SAMPLES = { airplane, automobile, bird, frog, horse, ship, truck };

/** Shows the sample pictures as buttons; `onChoose` gets the file of the one that is pressed. */
export function showSamples(onChoose: (file: File) => void, onFailure: (error: unknown) => void): void {
  const buttons = Object.entries(SAMPLES).map(([name, url]) => {
    const button = create('button', 'sample');
    button.type = 'button';
    const image = create('img');
    image.src = url;
    image.alt = `Sample picture: ${name}`;
    button.append(image);
    button.addEventListener('click', () => void fetchFile(url, `${name}.png`).then(onChoose, onFailure));
    return button;
  });
  byId('samples', HTMLElement).replaceChildren(...buttons);
}

async function fetchFile(url: string, name: string): Promise<File> {
  const response = await fetch(url);
  if (!response.ok) {
    const { status } = response;
    throw new HwgqError('download', `${url} answers ${status}. Load the page again.`, { url, status });
  }
  return new File([await response.blob()], name, { type: 'image/png' });
}
