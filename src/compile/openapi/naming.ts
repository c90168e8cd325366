import { toOwnName, withHash } from '../../catalog/names.ts';
import type { Operation } from './operations.ts';

/**
 * The own name of every operation, by label.
 *
 * An `operationId` is cleaned; without one, the method and the path's segments make a name. Where names are equal, the
 * operation whose id needed no cleaning keeps it, and each other one carries a hash of its method and path. Operations
 * that cannot be compiled are named too, so that repairing one never renames another.
 */
export function nameOperations(operations: readonly Operation[]): ReadonlyMap<string, string> {
  const byName = Map.groupBy(operations, (operation) => toOwnName(identifierOf(operation)));
  const names = new Map<string, string>();
  const taken = new Set(byName.keys());
  for (const [name, claimants] of byName) {
    const clean = claimants.filter((one) => one.operation['operationId'] === name);
    const [only, ...others] = claimants;
    const keeper = others.length === 0 ? only : clean.length === 1 ? clean[0] : undefined;
    for (const claimant of claimants) {
      names.set(claimant.label, claimant === keeper ? name : freeName(name, claimant.label, taken));
    }
  }
  return names;
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
