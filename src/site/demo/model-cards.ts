import { byId, create } from '../shared/dom.ts';
import type { ShippedModel } from '../shared/shipped-models.ts';

/** Shows a summary of each shipped model's card, with a link to the full card. */
export function showModelCards(models: readonly ShippedModel[]): void {
  const cards = models.map(({ title, summary, cardUrl }) => {
    const card = create('article', 'card');
    const link = create('a', '', `Model card of “${title}”`);
    link.href = cardUrl;
    const more = create('p');
    more.append(link);
    card.append(create('h3', '', title), create('p', '', summary), more);
    return card;
  });
  byId('model-cards', HTMLElement).replaceChildren(...cards);
}
