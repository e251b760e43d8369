import cifarsmall from '../../../models/cifarsmall.hwgq?url';
import cifarsmallCard from '../../../models/cifarsmall.md?url';
import lenet from '../../../models/lenet.hwgq?url';
import lenetCard from '../../../models/lenet.md?url';
import { HwgqError } from '../../errors.ts';

/** A model that the page can run. */
export interface ModelOffer {
  readonly title: string;
  /** What it tells apart, in a few words. */
  readonly knows: string;
  readonly source: string | Blob;
  /** The file's name, as a model made of it tells it. */
  readonly fileName: string;
  /** The model whose last layer was taught anew; absent where none was. */
  readonly base?: ModelOffer;
  /** The tab to go to when it is chosen; absent where any picture will do. */
  readonly tab?: 'draw-tab' | 'picture-tab';
}

/** A model that comes with the page, with the gist of its card. */
export interface ShippedModel extends ModelOffer {
  readonly summary: string;
  readonly cardUrl: string;
}

export const DIGITS: ShippedModel = {
  title: 'Digits',
  knows: 'handwritten, 0 to 9',
  source: lenet,
  fileName: 'lenet.hwgq',
  tab: 'draw-tab',
  summary:
    'A LeNet trained on 60,000 scanned digits (MNIST). It names 99.27% of 10,000 others. It knows nothing but digits, and calls anything else one too.',
  cardUrl: lenetCard,
};

export const OBJECTS: ShippedModel = {
  title: 'Objects',
  knows: 'ten kinds of things',
  source: cifarsmall,
  fileName: 'cifarsmall.hwgq',
  tab: 'picture-tab',
  summary:
    'Trained on 50,000 photographs of 32×32 pixels: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck. It names 84.44% of 10,000 others. One object should fill the picture; people, cups and chairs are unknown to it.',
  cardUrl: cifarsmallCard,
};

/**
 * The whole file of a model.
 * @throws HwgqError `download` where it cannot be fetched.
 */
export async function modelBytes({ source, fileName }: ModelOffer): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const response = await fetch(source).catch((cause: unknown) => {
    throw new HwgqError('download', `${fileName} cannot be fetched. Check the connection.`, { url: source }, { cause });
  });
  if (!response.ok) {
    const { status } = response;
    throw new HwgqError('download', `${source} answers ${status}. Load the page again.`, { url: source, status });
  }
  return new Uint8Array(await response.arrayBuffer());
}
