import type { Fields } from './fields.ts';

/**
 * Whether a layer belongs to the network at inference, by its `include` and `exclude` rules (Caffe
 * `Net::StateMeetsRule`): phase TEST, level 0, no stages.
 */
export function isPartOfInference(layer: Fields): boolean {
  const included = layer.allParts('include').map(isMet);
  const excluded = layer.allParts('exclude').map(isMet);
  return (included.length === 0 || included.includes(true)) && !excluded.includes(true);
}

function isMet(rule: Fields): boolean {
  const isTest = rule.word('phase', ['TRAIN', 'TEST'], 'TEST') === 'TEST';
  const isLevelZero =
    (rule.integer('min_level', -0x80000000) ?? 0) <= 0 && (rule.integer('max_level', -0x80000000) ?? 0) >= 0;
  rule.ignore('not_stage');
  return isTest && isLevelZero && rule.strings('stage').length === 0;
}
