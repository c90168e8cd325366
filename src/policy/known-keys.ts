import { PolicyFile } from './schema.ts';
import { Budget, Concurrency, LimitEntry, Rate } from './limit-schema.ts';
import { Rule } from './rule-schema.ts';
import { What, Who } from './selector-schema.ts';

const WHO = Object.keys(Who.shape);

/** The keys of a mapping, by the name of what holds it. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  rules: Object.keys(Rule.shape),
  limits: Object.keys(LimitEntry.shape),
  who: WHO,
  approvers: WHO,
  what: Object.keys(What.shape),
  rate: Object.keys(Rate.shape),
  concurrency: Object.keys(Concurrency.shape),
  budget: Object.keys(Budget.shape),
};

/** The keys that the mapping at a path of a policy file may have. */
export function knownKeysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(PolicyFile.shape);
  const holder = path[0] === 'scopes' ? 'what' : path.findLast((step) => typeof step === 'string');
  return KEYS[String(holder)] ?? [];
}
