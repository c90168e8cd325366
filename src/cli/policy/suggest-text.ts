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
  readonly span: ReadSpan;
  readonly notes: readonly string[];
}

/** What the suggestion is made from. */
export interface ReadSpan {
  /** When the first and the last of these calls were made. */
  readonly first: string;
  readonly last: string;
  /** Calls that were permitted. */
  readonly calls: number;
  /** Calls that would have been with an approval, which they had not. */
  readonly asked: number;
}

/** `6 permitted calls and 1 that was refused for want of an approval`. */
export function describeSpan({ calls, asked }: ReadSpan): string {
  const waiting = `${asked} that ${asked === 1 ? 'was' : 'were'} refused for want of an approval`;
  return `${count(calls, 'permitted call')}${asked === 0 ? '' : ` and ${waiting}`}`;
}

export function describeSuggestion({ rules, span, unused }: SuggestReport): string {
  const idle = unused.filter(({ isWhole }) => isWhole).length;
  return `${count(rules.length, 'rule')} for ${describeSpan(span)}; ${count(idle, 'rule')} of today permitted nothing`;
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
