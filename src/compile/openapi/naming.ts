import type { Loss } from '../../catalog/entries.ts';
import { toOwnName, withHash } from '../../catalog/names.ts';
import type { Operation } from './operations.ts';
import type { LossReason } from './reasons.ts';

/** Own names by label of the operation, and the wishes that could not be granted. */
export interface Naming {
  readonly names: ReadonlyMap<string, string>;
  readonly losses: readonly Loss[];
}

/**
 * The own name of every operation.
 *
 * A name that configuration or document gives explicitly counts; where two operations are given the same one, the first by
 * label has it. Otherwise an `operationId` is cleaned; without one, the method and the path's segments make a name. Where
 * such names are equal, the operation whose id needed no cleaning keeps it, and each other one carries a hash of its method
 * and path. Operations that cannot be compiled are named too, so that repairing one never renames another.
 *
 * So an operation whose id is clean and its own is renamed by nothing that is added to the document but an explicit name;
 * any other operation only by one that comes to the same name. No name ever passes to another operation unless that
 * operation's id is the very name, or the name is given to it explicitly.
 */
export function nameOperations(
  operations: readonly Operation[],
  explicitNameOf: (label: string) => string | undefined = () => undefined,
): Naming {
  const { names, losses } = grantWishes(operations, explicitNameOf);
  const explicit = new Set(names.values());
  const derived = operations.filter(({ label }) => !names.has(label));
  const byName = Map.groupBy(derived, (operation) => toOwnName(identifierOf(operation)));
  const taken = new Set([...byName.keys(), ...explicit]);
  for (const [name, claimants] of byName) {
    const clean = claimants.filter((one) => one.operation['operationId'] === name);
    const [only, ...others] = claimants;
    const free = others.length === 0 ? only : clean.length === 1 ? clean[0] : undefined;
    const keeper = explicit.has(name) ? undefined : free;
    for (const claimant of claimants) {
      names.set(claimant.label, claimant === keeper ? name : freeName(name, claimant.label, taken));
    }
  }
  return { names, losses };
}

function grantWishes(
  operations: readonly Operation[],
  explicitNameOf: (label: string) => string | undefined,
): { names: Map<string, string>; losses: Loss[] } {
  const holders = new Map<string, string>();
  const losses: Loss[] = [];
  const labels = operations.map(({ label }) => label).toSorted();
  for (const label of labels) {
    const wish = explicitNameOf(label);
    if (wish === undefined) continue;
    const holder = holders.get(wish);
    if (holder === undefined) holders.set(wish, label);
    else {
      const reason: LossReason = 'name-taken';
      losses.push({ operation: label, reason, detail: `the name ${wish} is given to ${holder} as well` });
    }
  }
  return { names: new Map([...holders].map(([name, label]) => [label, name])), losses };
}

function identifierOf({ operation, method, path }: Operation): string {
  const id = operation['operationId'];
  if (typeof id === 'string' && id.trim() !== '') return id.trim();
  const segments = path.split(/[^A-Za-z0-9_-]+/).filter((segment) => segment !== '');
  return [method.toLowerCase(), ...segments].join('_');
}

/** A hash may meet a name that somebody wrote by hand; another turn of the hash then does not. */
function freeName(stem: string, label: string, taken: Set<string>): string {
  let name = withHash(stem, label);
  for (let turn = 1; taken.has(name); turn++) name = withHash(stem, `${label}#${turn}`);
  taken.add(name);
  return name;
}
