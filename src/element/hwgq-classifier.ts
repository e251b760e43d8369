/**
 * Defines `<hwgq-classifier>`, and exports all of `hwgq-web`. `hwgq-web/element/inline` is the same in one file, with the
 * worker inside.
 * @module hwgq-web/element
 */

import { HwgqClassifierElement } from './classifier-element.ts';

export * from '../client/index.ts';
export type { HwgqClassifierProperties, LoadingMode } from './attributes.ts';
export { HwgqClassifierElement, type HwgqClassifierEventMap, type ResultDetail } from './classifier-element.ts';

declare global {
  interface HTMLElementTagNameMap {
    'hwgq-classifier': HwgqClassifierElement;
  }
}

// A server has no elements, and a page may load this twice.
if (globalThis.customElements && !customElements.get('hwgq-classifier')) {
  customElements.define('hwgq-classifier', HwgqClassifierElement);
}
