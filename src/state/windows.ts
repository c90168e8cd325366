import type { CounterName, CounterWindow } from './store.ts';

/*
 * How counters add up. Pure: a home keeps cells and knows nothing of time.
 *
 * A sliding window is cut into slots of a sixtieth of its length, rounded down to whole milliseconds. What is reserved at
 * an instant counts in the slot of that instant, and so does what it is settled to. A slot counts until its last
 * millisecond has left the window: never too early, and at most one slot late. A slot of a clock that is ahead counts as
 * well, as long as one window could hold both it and now.
 */

/** What one slot of a counter holds. Counters that do not slide have the slot 0 alone. */
export interface Cell {
  readonly slot: number;
  readonly spent: number;
  readonly held: number;
}

export type Cells = readonly Cell[];

/** How long after its end a counter is kept, so that late settlements find it. */
const KEPT_AFTER_END_MS = 3_600_000;

/** What tells a counter from all others: its name, how it adds up, and over which time where it slides. */
export function counterKey({ counter, window }: CounterName): string {
  if (!window) return `held:${counter}`;
  return 'until' in window ? `until:${counter}` : `sliding-${window.sliding}:${counter}`;
}

export function slotAt(window: CounterWindow | undefined, time: number): number {
  return window && 'sliding' in window ? Math.floor(time / stepOf(window.sliding)) : 0;
}

/** True while what was counted in a slot still counts. */
export function counts(window: CounterWindow | undefined, slot: number, now: number): boolean {
  if (!window) return true;
  if ('until' in window) return now < window.until + KEPT_AFTER_END_MS;
  const { sliding } = window;
  return slot * stepOf(sliding) < now + sliding && now < leavesAt(sliding, slot);
}

/** What a counter holds now. */
export function sumUp(
  window: CounterWindow | undefined,
  cells: Cells,
  now: number,
): { spent: number; held: number } {
  let spent = 0;
  let held = 0;
  for (const cell of cells) {
    if (!counts(window, cell.slot, now)) continue;
    spent += cell.spent;
    held += cell.held;
  }
  return { spent: bounded(spent), held: bounded(held) };
}

/** The cells after a change of one slot, without those that have left the window. */
export function change(
  window: CounterWindow | undefined,
  cells: Cells,
  by: { readonly slot: number; readonly spent: number; readonly held: number },
  now: number,
): Cells {
  const stays = ({ slot }: Cell): boolean =>
    !(window && 'sliding' in window) || now < leavesAt(window.sliding, slot);
  const before = cells.find(({ slot }) => slot === by.slot);
  const after: Cell = {
    slot: by.slot,
    spent: bounded((before?.spent ?? 0) + by.spent),
    held: bounded((before?.held ?? 0) + by.held),
  };
  return [...cells.filter((cell) => cell !== before && stays(cell)), after];
}

/** When `amount` will fit below `limit` if nothing else is reserved; undefined: never, or nobody knows. */
export function roomAt(
  window: CounterWindow | undefined,
  cells: Cells,
  { amount, limit, now }: { readonly amount: number; readonly limit: number; readonly now: number },
): number | undefined {
  if (!window || amount > limit) return undefined;
  if ('until' in window) return window.until > now ? window.until : undefined;
  const { sliding } = window;
  const leaving = cells
    .filter(({ slot }) => counts(window, slot, now))
    .toSorted((left, right) => left.slot - right.slot);
  let total = leaving.reduce((sum, { spent, held }) => sum + spent + held, 0);
  for (const { slot, spent, held } of leaving) {
    total -= spent + held;
    if (total + amount <= limit) return leavesAt(sliding, slot);
  }
  return undefined;
}

/**
 * From when on a counter may be forgotten if it holds nothing. Rounded, so that a home that keeps an index of it seldom
 * has to move it.
 */
export function forgetAt(window: CounterWindow | undefined, now: number): number {
  if (window && 'until' in window) return window.until + KEPT_AFTER_END_MS;
  const unit = window ? Math.max(window.sliding, 60_000) : KEPT_AFTER_END_MS;
  return bounded((Math.floor(now / unit) + 3) * unit);
}

/** False for a counter of what is held at this moment, while anything is held: it is never forgotten. */
export function isForgettable(key: string, cells: Cells): boolean {
  return !key.startsWith('held:') || cells.every(({ held }) => held === 0);
}

/** Sums stay whole numbers from 0 to 2^53 - 1: what is beyond counts as the nearest of them. */
export function bounded(sum: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, sum));
}

function stepOf(sliding: number): number {
  return Math.max(1, Math.floor(sliding / 60));
}

/** The first instant whose window holds no part of the slot. */
function leavesAt(sliding: number, slot: number): number {
  return (slot + 1) * stepOf(sliding) - 1 + sliding;
}
