/** Type tests of the element's public API: `npm run check` verifies them; nothing here runs. */
import { expectTypeOf } from 'vitest';
import type { Classification, ClassifierInfo, HwgqError, LoadProgress, StreamResult } from '../../src/client/index.ts';
import type {
  HwgqClassifierElement,
  HwgqClassifierEventMap,
  HwgqClassifierProperties,
  ResultDetail,
} from '../../src/element/hwgq-classifier.ts';

declare const element: HwgqClassifierElement;

expectTypeOf<HTMLElementTagNameMap['hwgq-classifier']>().toEqualTypeOf<HwgqClassifierElement>();

expectTypeOf(element.model).toEqualTypeOf<string>();
expectTypeOf(element.camera).toEqualTypeOf<string | null>();
expectTypeOf(element.loading).toEqualTypeOf<'auto' | 'lazy' | 'eager'>();
expectTypeOf(element.result).toEqualTypeOf<Classification | StreamResult | undefined>();
expectTypeOf(element.info).toEqualTypeOf<ClassifierInfo | undefined>();

// Frameworks set a property to undefined or null if the application has no value.
element.model = undefined;
element.camera = null;
element.maxResults = undefined;
element.mirror = null;
// @ts-expect-error `maxResults` is a number.
element.maxResults = '3';
// @ts-expect-error No such backend.
element.backend = 'webgl';
// @ts-expect-error No such region.
element.region = 'circle';
// @ts-expect-error No such loading mode.
element.loading = 'later';
// @ts-expect-error Read-only.
element.result = undefined;
// @ts-expect-error Read-only.
element.running = true;
// @ts-expect-error Read-only.
element.info = undefined;

expectTypeOf<HwgqClassifierEventMap['load']['detail']>().toEqualTypeOf<ClassifierInfo>();
expectTypeOf<HwgqClassifierEventMap['progress']['detail']>().toEqualTypeOf<LoadProgress>();
expectTypeOf<HwgqClassifierEventMap['result']['detail']>().toEqualTypeOf<ResultDetail>();
expectTypeOf<HwgqClassifierEventMap['error']['detail']>().toEqualTypeOf<HwgqError>();

element.addEventListener('result', ({ detail }) => expectTypeOf(detail.label).toEqualTypeOf<string | undefined>());
element.addEventListener('error', function ({ detail }) {
  expectTypeOf(this).toEqualTypeOf<HwgqClassifierElement>();
  expectTypeOf(detail).toEqualTypeOf<HwgqError>();
});
element.addEventListener('click', (event) => expectTypeOf(event).toEqualTypeOf<PointerEvent>());
element.addEventListener('own', (event) => expectTypeOf(event).toEqualTypeOf<Event>());

declare function onResult(event: CustomEvent<ResultDetail>): void;
element.addEventListener('result', onResult);
element.removeEventListener('result', onResult);
// @ts-expect-error The detail of `error` is not that of `result`.
element.addEventListener('error', onResult);
// @ts-expect-error The same when a listener is removed.
element.removeEventListener('error', onResult);

expectTypeOf<HwgqClassifierProperties>().toExtend<{ src?: string | null | undefined }>();
expectTypeOf<{ maxResults: undefined; controls: true }>().toExtend<HwgqClassifierProperties>();
expectTypeOf<{ maxResults: string }>().not.toExtend<HwgqClassifierProperties>();
expectTypeOf<Extract<keyof HwgqClassifierProperties, keyof HTMLElement | 'result' | 'running' | 'info'>>().toBeNever();
