import type { ParameterLocation } from '../../catalog/binding.ts';
import { withHash } from '../../catalog/names.ts';

/** Something a caller fills in, by its name on the wire. */
export interface Slot {
  readonly in: ParameterLocation | 'body';
  readonly name: string;
}

/** Keys that every client accepts. */
const LEGAL_KEY = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Who keeps a bare name that several slots claim: the body's field first, then in the order of the locations' weight. */
const PRECEDENCE = { body: 0, path: 1, query: 2, querystring: 3, header: 4, cookie: 5 } as const;

/**
 * An argument key for every slot, in the order given: its own name where that is legal and free.
 *
 * Slots that would share a key are told apart by location (`name_query`), or by a hash where that does not suffice. Which
 * slot gets which key depends on the slots alone, never on their order.
 */
export function assignArgumentKeys(slots: readonly Slot[]): string[] {
  const byKey = Map.groupBy(slots, (slot) => toArgumentKey(slot.name));
  const keys = new Map<Slot, string>();
  const taken = new Set(byKey.keys());
  for (const [key, claimants] of [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const [keeper, ...others] = claimants.toSorted(bySlot);
    if (keeper !== undefined) keys.set(keeper, key);
    for (const slot of others) {
      const sameLocation = claimants.filter((one) => one.in === slot.in).length > 1;
      const suffixed = `${key.slice(0, 57)}_${slot.in}`;
      const isFree = !sameLocation && !taken.has(suffixed);
      const assigned = isFree ? suffixed : freeKey(suffixed, `${slot.in} ${slot.name}`, taken);
      taken.add(assigned);
      keys.set(slot, assigned);
    }
  }
  return slots.map((slot) => keys.get(slot) ?? slot.name);
}

function bySlot(a: Slot, b: Slot): number {
  const legality = Number(LEGAL_KEY.test(b.name)) - Number(LEGAL_KEY.test(a.name));
  return PRECEDENCE[a.in] - PRECEDENCE[b.in] || legality || (a.name < b.name ? -1 : 1);
}

/** `expand` of `expand[]`, `filter_name` of `filter[name]`. A key that JavaScript treats specially is no key. */
function toArgumentKey(name: string): string {
  if (LEGAL_KEY.test(name) && name !== '__proto__') return name;
  const cleaned = name.replace(/[^a-zA-Z0-9_.-]+/g, '_').replace(/^_+|_+$/g, '') || 'value';
  return cleaned.length <= 64 ? cleaned : withHash(cleaned, name);
}

function freeKey(stem: string, identity: string, taken: ReadonlySet<string>): string {
  let key = withHash(stem, identity);
  for (let turn = 1; taken.has(key); turn++) key = withHash(stem, `${identity}#${turn}`);
  return key;
}
