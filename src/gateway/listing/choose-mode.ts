import type { Tool } from '../../catalog/tool.ts';
import { toolsShown } from '../shows-tool.ts';
import type { Snapshot } from '../snapshot.ts';
import type { View } from '../../policy/view.ts';
import { PLAIN_NAMES, type Window } from '../window.ts';
import { measureOf, type Measure } from './measure.ts';
import type { ListingRule } from './rules.ts';
import { MAX_TOKEN_BYTES } from './tokens.ts';

/** Every tool, or the built-in and the pinned ones. */
export type ListMode = 'full' | 'search';

const modes = new WeakMap<View, WeakMap<Window, ListMode>>();

/**
 * How this endpoint lists the tools of this view: what is not in the view has no part in it, so nothing can be told of it by that.
 * Decided once for as long as the view lives, so that equal requests have equal answers.
 */
export function modeOf(
  { settings: { listing } }: Pick<Snapshot, 'settings'>,
  view: View,
  window: Window,
): ListMode {
  const rule = listing?.of(window.endpoint);
  if (rule === undefined) return 'full';
  if (rule.mode !== 'auto') return rule.mode;
  const known = modes.get(view) ?? new WeakMap<Window, ListMode>();
  modes.set(view, known);
  const mode =
    known.get(window) ?? (isWithin(rule.budget, toolsShown(view, window), window) ? 'full' : 'search');
  known.set(window, mode);
  return mode;
}

/** Whether the definitions of tools fit a budget of tokens. Tokens are counted only where bytes do not say it. */
function isWithin(
  budget: number,
  tools: readonly Tool[],
  window: Pick<Window, 'endpoint' | 'nameAt' | 'pinsOf'>,
): boolean {
  const measures: Measure[] = [];
  let bytes = 0;
  for (const tool of tools) {
    const measure = measureOf(window, tool);
    measures.push(measure);
    bytes += measure.bytes;
    if (bytes > budget * MAX_TOKEN_BYTES) return false;
  }
  if (bytes <= budget) return true;
  let tokens = 0;
  for (const measure of measures) {
    tokens += measure.tokens(budget - tokens);
    if (tokens > budget) return false;
  }
  return true;
}

/** Whether tokens may have to be counted before a caller's list can be answered. */
export function mayCountTokens({
  settings: { listing },
  catalog,
}: Pick<Snapshot, 'settings' | 'catalog'>): boolean {
  const budgets = (listing?.all ?? []).flatMap(({ mode, budget }: ListingRule) =>
    mode === 'auto' ? [budget] : [],
  );
  const least = Math.min(...budgets);
  let bytes = 0;
  return catalog.tools.some((tool) => (bytes += measureOf(PLAIN_NAMES, tool).bytes) > least);
}
