import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planArena } from '../../src/plan/arena.ts';
import { tensorLifetimes } from '../../src/plan/lifetimes.ts';
import type { Plan, TensorId } from '../../src/plan/plan.ts';
import { planGraph } from '../../src/plan/plan-graph.ts';
import { inputsOf, outputsOf } from '../../src/plan/step-tensors.ts';
import { graphFrom, graphRecipes } from '../support/random-graph.ts';

const ALIGNMENT = 16;

const plans = graphRecipes
  .map((recipe) => graphFrom(recipe).graph)
  .filter(({ layers }) => layers.length > 0)
  .map((graph) => planGraph(graph, { kind: 'integers', unit: 1 }, [graph.layers.at(-1)?.blob ?? '']));

function bytesOf({ tensors }: Plan, id: TensorId): number {
  const { channels, height, width } = (tensors[id] as Plan['tensors'][number]).shape;
  return channels * height * width;
}

/**
 * Returns, for each step, the tensors whose values a later step or the caller reads, and those that the step writes.
 */
function tensorsInUse(plan: Plan): TensorId[][] {
  return plan.steps.map((step, index) => {
    const later = new Set([...plan.steps.slice(index).flatMap(inputsOf), ...plan.outputs]);
    const written = new Set([0, ...plan.steps.slice(0, index).flatMap(outputsOf)]);
    const held = [...later].filter((id) => written.has(id));
    return [...new Set([...held, ...outputsOf(step)])];
  });
}

it('places tensors so that no step overwrites a value still to be read', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { bytes, offsets } = planArena(plan, (id) => bytesOf(plan, id), ALIGNMENT);
      for (const ids of tensorsInUse(plan)) {
        const places = ids
          .map((id) => ({ start: offsets[id] as number, end: (offsets[id] as number) + bytesOf(plan, id) }))
          .toSorted((a, b) => a.start - b.start);
        for (const [index, { start, end }] of places.entries()) {
          expect(start % ALIGNMENT).toBe(0);
          expect(end).toBeLessThanOrEqual(bytes);
          expect(start).toBeGreaterThanOrEqual(places[index - 1]?.end ?? 0);
        }
      }
    }),
  );
});

it('reuses memory of tensors that are no longer needed', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { bytes } = planArena(plan, (id) => bytesOf(plan, id), 1);
      const used = [...tensorLifetimes(plan).keys()].map((id) => bytesOf(plan, id));
      expect(bytes).toBeLessThanOrEqual(used.reduce((sum, size) => sum + size, 0));
      expect(bytes).toBeGreaterThanOrEqual(Math.max(...used));
    }),
  );
});
