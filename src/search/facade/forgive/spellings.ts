import type { EntryKind, SeenEntry, Sight } from '../../../catalog/sight.ts';
import { toPlainName } from '../../../text/plain-name.ts';

/**
 * The names of what a caller sees, without their spelling. Made once for each sight, when a name is first mistaken. What an endpoint
 * renames has its new name alone there: the other one is as unknown as to `tools/call`.
 */
export interface Spellings {
  /** `helpdeskgetticket`: as the endpoint shows it, or with its source in front. */
  whole(kind: EntryKind, plain: string): readonly SeenEntry[];
  /** With its source in front alone. */
  withSource(kind: EntryKind, plain: string): readonly SeenEntry[];
  /** `getticket`: as its source calls it. */
  own(kind: EntryKind, plain: string): readonly SeenEntry[];
}

const known = new WeakMap<Sight, Spellings>();

export function spellingsOf(sight: Sight): Spellings {
  const spellings = known.get(sight) ?? createSpellings(sight);
  known.set(sight, spellings);
  return spellings;
}

function createSpellings({ entries }: Sight): Spellings {
  const whole = new Map<string, SeenEntry[]>();
  const withSource = new Map<string, SeenEntry[]>();
  const own = new Map<string, SeenEntry[]>();
  for (const entry of entries) {
    if (entry.kind !== 'tool' && entry.kind !== 'prompt') continue;
    const shown = toPlainName(entry.shown);
    if (entry.isRenamed === true) {
      add(whole, entry, shown);
      continue;
    }
    const sourced = toPlainName(`${entry.source} ${entry.own}`);
    for (const plain of new Set([shown, sourced])) add(whole, entry, plain);
    add(withSource, entry, sourced);
    add(own, entry, toPlainName(entry.own));
  }
  return { whole: readerOf(whole), withSource: readerOf(withSource), own: readerOf(own) };
}

type Reader = (kind: EntryKind, plain: string) => readonly SeenEntry[];

function readerOf(map: ReadonlyMap<string, readonly SeenEntry[]>): Reader {
  return (kind, plain) => map.get(`${kind} ${plain}`) ?? [];
}

function add(map: Map<string, SeenEntry[]>, entry: SeenEntry, plain: string): void {
  if (plain === '') return;
  const key = `${entry.kind} ${plain}`;
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}
