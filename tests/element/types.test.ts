import { expectTypeOf, it } from 'vitest';
import type { Classification, ClassifierInfo, HwgqError, LoadProgress, StreamResult } from '../../src/client/index.ts';
import type {
  HwgqClassifierElement,
  HwgqClassifierEventMap,
  HwgqClassifierProperties,
  ResultDetail,
} from '../../src/element/hwgq-classifier.ts';

/** Has a function type-checked, without calling it. */
function checkTypes(_: (element: HwgqClassifierElement) => void): void {}

it('types the element by its tag name', () => {
  expectTypeOf<HTMLElementTagNameMap['hwgq-classifier']>().toEqualTypeOf<HwgqClassifierElement>();
});

it('accepts undefined and null for properties, but no values of another type', () => {
  checkTypes((element) => {
    element.model = undefined;
    element.camera = null;
    element.maxResults = undefined;
    element.mirror = null;
    // @ts-expect-error: a number is required.
    element.maxResults = '3';
    // @ts-expect-error: not a backend.
    element.backend = 'webgl';
    // @ts-expect-error: not a region.
    element.region = 'circle';
    // @ts-expect-error: not a loading mode.
    element.loading = 'later';
  });
  expectTypeOf<HwgqClassifierElement['model']>().toEqualTypeOf<string>();
  expectTypeOf<HwgqClassifierElement['camera']>().toEqualTypeOf<string | null>();
  expectTypeOf<HwgqClassifierElement['loading']>().toEqualTypeOf<'auto' | 'lazy' | 'eager'>();
});

it('does not let pages write what the element reports', () => {
  checkTypes((element) => {
    // @ts-expect-error: read-only.
    element.result = undefined;
    // @ts-expect-error: read-only.
    element.running = true;
    // @ts-expect-error: read-only.
    element.info = undefined;
  });
  expectTypeOf<HwgqClassifierElement['result']>().toEqualTypeOf<Classification | StreamResult | undefined>();
  expectTypeOf<HwgqClassifierElement['info']>().toEqualTypeOf<ClassifierInfo | undefined>();
});

it('types the details of events', () => {
  expectTypeOf<HwgqClassifierEventMap['load']['detail']>().toEqualTypeOf<ClassifierInfo>();
  expectTypeOf<HwgqClassifierEventMap['progress']['detail']>().toEqualTypeOf<LoadProgress>();
  expectTypeOf<HwgqClassifierEventMap['result']['detail']>().toEqualTypeOf<ResultDetail>();
  expectTypeOf<HwgqClassifierEventMap['error']['detail']>().toEqualTypeOf<HwgqError>();
  checkTypes((element) => {
    element.addEventListener('result', ({ detail }) => expectTypeOf(detail.label).toEqualTypeOf<string | undefined>());
    element.addEventListener('error', function ({ detail }) {
      expectTypeOf(this).toEqualTypeOf<HwgqClassifierElement>();
      expectTypeOf(detail).toEqualTypeOf<HwgqError>();
    });
    element.addEventListener('click', (event) => expectTypeOf(event).toEqualTypeOf<PointerEvent>());
    element.addEventListener('own', (event) => expectTypeOf(event).toEqualTypeOf<Event>());
    const onResult = (_: CustomEvent<ResultDetail>) => {};
    element.addEventListener('result', onResult);
    element.removeEventListener('result', onResult);
    // @ts-expect-error: the detail of `error` is not that of `result`.
    element.addEventListener('error', onResult);
    // @ts-expect-error: the same when it is removed.
    element.removeEventListener('error', onResult);
  });
});

it('types the properties for frameworks', () => {
  expectTypeOf<HwgqClassifierProperties>().toExtend<{ src?: string | null | undefined }>();
  expectTypeOf<{ maxResults: undefined; controls: true }>().toExtend<HwgqClassifierProperties>();
  expectTypeOf<{ maxResults: string }>().not.toExtend<HwgqClassifierProperties>();
  expectTypeOf<keyof HwgqClassifierProperties>().not.toExtend<keyof HTMLElement>();
  expectTypeOf<'result' | 'running' | 'info'>().not.toExtend<keyof HwgqClassifierProperties>();
});
