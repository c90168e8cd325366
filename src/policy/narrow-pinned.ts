import { ALWAYS } from './cel/made.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Expression } from './cel/expression.ts';
import { compareJson } from './compare-json.ts';
import { markPinned } from './mark-pinned.ts';
import { narrow } from './narrow/narrow.ts';
import type { Narrowing, PinnedArgument, Region } from './narrow/region.ts';

/** {@link narrow} for callers who are told nothing of what every permit pins: neither in limits nor in words. */
export function narrowPinned(region: Region, tool: Pick<Tool, 'inputSchema'>): Narrowing {
  const narrowing = narrow(region, tool);
  const { pinned = [] } = region;
  if (pinned.length === 0) return narrowing;
  return markPinned(withWordsBeside(pinned, narrowing, region, tool), pinned);
}

/** The narrowing with the words that are left where the pins are taken for granted. */
function withWordsBeside(
  pinned: readonly PinnedArgument[],
  narrowing: Narrowing,
  region: Region,
  tool: Pick<Tool, 'inputSchema'>,
): Narrowing {
  if (narrowing.kind !== 'some' || narrowing.words === undefined) return narrowing;
  const permits = region.permits.map((permit) => withoutPins(permit, pinned) ?? ALWAYS);
  const beside = narrow({ permits, denies: region.denies }, tool);
  const { words: _words, ...limited } = narrowing;
  return beside.kind === 'some' && beside.words !== undefined ? { ...limited, words: beside.words } : limited;
}

/** A condition without those of its parts, joined by `&&`, that say what is pinned. Undefined where nothing is left. */
function withoutPins(condition: Expression, pinned: readonly PinnedArgument[]): Expression | undefined {
  if (condition.kind !== 'and') return saysPin(condition, pinned) ? undefined : condition;
  const left = withoutPins(condition.left, pinned);
  const right = withoutPins(condition.right, pinned);
  if (left === undefined || right === undefined) return left ?? right;
  return left === condition.left && right === condition.right ? condition : { ...condition, left, right };
}

/** True of `!has(args.a) || !has(args.a.b) || args.a.b == value` for what is pinned. */
function saysPin(condition: Expression, pinned: readonly PinnedArgument[]): boolean {
  if (condition.kind === 'or') {
    const { left, right } = condition;
    return left.kind === 'not' && left.operand.kind === 'has' && saysPin(right, pinned);
  }
  if (condition.kind !== 'compare' || condition.operator !== '==' || condition.right.kind !== 'known') {
    return false;
  }
  const path = pathOf(condition.left);
  const { value } = condition.right;
  return pinned.some(
    (pin) => path?.join('\0') === ['args', ...pin.path].join('\0') && compareJson(value, pin.value) === true,
  );
}

function pathOf(expression: Expression): string[] | undefined {
  if (expression.kind === 'name') return [expression.name];
  if (expression.kind !== 'member') return undefined;
  const before = pathOf(expression.of);
  return before && [...before, expression.name];
}
