import type { Standing } from '../../policy/diff/difference.ts';
import type { ArgumentLimit } from '../../policy/narrow/region.ts';
import { wordsOfLimit } from '../../policy/narrow/limit-words.ts';
import type { RuleObligations } from '../../policy/rule.ts';
import { visible, visibleJson } from '../audit/safe-text.ts';

/** What somebody may do, in a few words: `hidden`, `permitted`, `permitted where amount <= 100`. */
export function describeStanding({ effect, when, approval, limits = [], words }: Standing): string {
  if (effect === 'deny') return 'hidden';
  const base = approval === 'always' ? 'after an approval' : 'permitted';
  const where = limits.map(describeLimit).filter((text) => text !== '');
  const parts = [
    where.length > 0
      ? `${base} where ${where.join(' and ')}`
      : when === undefined
        ? base
        : `${base} for some calls`,
    ...(words === undefined ? [] : [visible(words)]),
    ...(approval === 'sometimes' ? ['some calls after an approval'] : []),
  ];
  return parts.join('; ');
}

/** Relations of JSON Schema that are shorter as signs. */
const SIGNS = new Map([
  ['minimum', '>='],
  ['maximum', '<='],
  ['exclusiveMinimum', '>'],
  ['exclusiveMaximum', '<'],
  ['const', '='],
]);

/** What one argument has to be: `metadata.namespace is one of "a", "b"`. */
export function describeLimit({ path, required, schema }: ArgumentLimit): string {
  const name = visible(path.join('.'));
  const relations = Object.entries(schema).flatMap(([keyword, value]) => {
    const sign = SIGNS.get(keyword);
    if (sign !== undefined) return [`${name} ${sign} ${visibleJson(value)}`];
    if (keyword === 'enum' && Array.isArray(value) && value.length > 1)
      return [`${name} is one of ${value.map(visibleJson).join(', ')}`];
    return wordsOfLimit({ [keyword]: value }, 'is', visibleJson).map((clause) => `${name} ${clause}`);
  });
  if (relations.length > 0) return relations.join(' and ');
  return required ? `${name} is given` : '';
}

/** What is done with a call, in words. */
export function describeObligations({ set, defaults, select, mask, dryRun }: RuleObligations): string {
  return [
    ...settings(set, 'is pinned to'),
    ...settings(defaults, 'is by default'),
    ...(select === undefined ? [] : [`the result is cut to ${visible(select)}`]),
    ...(mask === undefined ? [] : [`masked in the result: ${mask.map(visible).join(', ')}`]),
    ...(dryRun ? ['only as a dry run'] : []),
  ].join('; ');
}

function settings(values: RuleObligations['set'], word: string): string[] {
  return Object.entries(values ?? {}).map(
    ([pointer, value]) => `${visible(pointer.slice(1))} ${word} ${visibleJson(value)}`,
  );
}
