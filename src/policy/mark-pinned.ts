import type { ArgumentLimit, Narrowing, PinnedArgument } from './narrow/region.ts';

/** The narrowing with the limits of arguments marked that every permit pins, so that callers are not shown them. */
export function markPinned(narrowing: Narrowing, pinned: readonly PinnedArgument[] = []): Narrowing {
  if (pinned.length === 0 || narrowing.kind === 'nothing') return narrowing;
  const limits: readonly ArgumentLimit[] = narrowing.kind === 'some' ? narrowing.limits : [];
  const marked = pinned.map(({ path, value }): ArgumentLimit => {
    const limit = limits.find((one) => isSamePath(one.path, path));
    return { path, schema: { const: value }, ...limit, pinned: true };
  });
  const others = limits.filter(({ path }) => !pinned.some((one) => isSamePath(one.path, path)));
  return { ...narrowing, kind: 'some', limits: [...others, ...marked] };
}

function isSamePath(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && first.every((name, index) => name === second[index]);
}
