/**
 * Defines the element `<hwgq-classifier>`, and exports everything that `hwgq-web` exports. `hwgq-web/element/inline` is the
 * same in a single file that contains the worker.
 * @module hwgq-web/element
 */

import { HwgqClassifierElement } from './classifier-element.ts';

export * from '../client/index.ts';
export type { HwgqClassifierProperties, LoadingMode } from './attributes.ts';
export { HwgqClassifierElement } from './classifier-element.ts';
export type { HwgqClassifierEventMap, ResultDetail } from './events.ts';

declare global {
  interface HTMLElementTagNameMap {
    'hwgq-classifier': HwgqClassifierElement;
  }
}

// Servers have no custom elements, and a page may load this module twice.
if (globalThis.customElements && !customElements.get('hwgq-classifier')) {
  customElements.define('hwgq-classifier', HwgqClassifierElement);
}
