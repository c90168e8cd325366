import type { SuggestedRule } from '../../policy/suggest/compose.ts';
import type { Unused } from '../../policy/suggest/unused.ts';
import { count } from '../lock-text.ts';

/** What a record needs, as programs get it. */
export interface SuggestReport {
  /** The policy file, ready to be written; empty where no call was permitted. */
  readonly policy: string;
  readonly rules: readonly SuggestedRule[];
  /** What the policies of today permit and nobody used. */
  readonly unused: readonly Unused[];
  /** The permitted calls that were read: the times of the first and the last, and how many. */
  readonly span: { readonly first: string; readonly last: string; readonly calls: number };
  readonly notes: readonly string[];
}

export function describeSuggestion({ rules, span, unused }: SuggestReport): string {
  const idle = unused.filter(({ isWhole }) => isWhole).length;
  return `${count(rules.length, 'rule')} for ${count(span.calls, 'permitted call')}; ${count(idle, 'rule')} of today permitted nothing`;
}

/** Tools that are named for one rule. */
const MOST_TOOLS = 20;

/** Lines of a comment: what could be removed from the policies of today. */
export function describeUnused(unused: readonly Unused[]): string[] {
  if (unused.length === 0) return [];
  return [
    'Permitted today, and not used in this time: could be removed.',
    ...unused.map(({ rule, isWhole, tools }) => {
      const shown = tools.slice(0, MOST_TOOLS).join(', ');
      const more = tools.length > MOST_TOOLS ? `, and ${tools.length - MOST_TOOLS} more` : '';
      const which = tools.length > 0 ? `: ${shown}${more}` : '';
      return isWhole ? `- ${rule}, all of it${which}` : `- ${rule}, of it${which}`;
    }),
  ];
}
