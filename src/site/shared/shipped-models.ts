import cifarsmall from '../../../models/cifarsmall.hwgq?url';
import cifarsmallCard from '../../../models/cifarsmall.md?url';
import lenet from '../../../models/lenet.hwgq?url';
import lenetCard from '../../../models/lenet.md?url';
import { HwgqError } from '../../errors.ts';

/** A model that the page can run. */
export interface ModelOffer {
  readonly title: string;
  /** The kinds of things that the model distinguishes, in a few words. */
  readonly knows: string;
  readonly source: string | Blob;
  /** The file name. A model derived from this one records it as its source. */
  readonly fileName: string;
  /** The model whose last layer was retrained, for a taught model. */
  readonly base?: ModelOffer;
  /** The tab to open when the model is chosen. Absent if the model accepts any picture. */
  readonly tab?: 'draw-tab' | 'picture-tab';
}

/** A model that ships with the page, with a summary of its model card. */
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
    'A LeNet trained on 60,000 scanned digits (MNIST). It recognizes 99.27% of 10,000 test digits. It knows only digits, and classifies everything else as a digit too.',
  cardUrl: lenetCard,
};

export const OBJECTS: ShippedModel = {
  title: 'Objects',
  knows: 'ten kinds of things',
  source: cifarsmall,
  fileName: 'cifarsmall.hwgq',
  tab: 'picture-tab',
  summary:
    'Trained on 50,000 photographs of 32×32 pixels: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck. It recognizes 84.44% of 10,000 test photographs. One object should fill the picture. It does not know people, cups, or chairs.',
  cardUrl: cifarsmallCard,
};

/**
 * Returns the bytes of a model file.
 * @throws HwgqError `download` if it cannot be fetched.
 */
export async function modelBytes({ source, fileName }: ModelOffer): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const response = await fetch(source).catch((cause: unknown) => {
    throw new HwgqError(
      'download',
      `${fileName} cannot be fetched. Check the network connection and try again.`,
      { url: source },
      { cause },
    );
  });
  if (!response.ok) {
    const { status } = response;
    throw new HwgqError('download', `${source} responded with status ${status}. Reload the page.`, {
      url: source,
      status,
    });
  }
  return new Uint8Array(await response.arrayBuffer());
}
