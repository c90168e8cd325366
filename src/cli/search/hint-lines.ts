import type { MissingHints } from '../../audit/searches/summary.ts';

export function toHintLines(missing: readonly MissingHints[]): string {
  return missing.length > 0 ? '' : '';
}
