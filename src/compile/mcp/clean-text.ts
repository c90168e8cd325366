import type { McpLossReason } from './reasons.ts';
import { MAX_DESCRIPTION_LENGTH, toVisibleText, truncate } from './text.ts';

/** What was lost of an entry's definition. */
export interface TextLoss {
  readonly reason: McpLossReason;
  readonly detail: string;
}

/** The longest name or title that is passed on, in UTF-16 code units. */
const MAX_TITLE_LENGTH = 256;

/** A text of an upstream as it may be shown: all of it visible, and not longer than its kind may be. Says what that cost. */
export type CleanText = (text: string, pointer: string, kind: 'title' | 'description') => string;

export function createTextCleaner(losses: TextLoss[]): CleanText {
  return (text, pointer, kind) => {
    const cleaned = toVisibleText(text);
    const removed = text.replaceAll('\r\n', '\n').length - cleaned.length;
    if (removed > 0) {
      losses.push({ reason: 'control-characters-removed', detail: `${pointer}: ${removed} removed` });
    }
    const limit = kind === 'title' ? MAX_TITLE_LENGTH : MAX_DESCRIPTION_LENGTH;
    const shown = truncate(cleaned, limit);
    if (shown !== cleaned) {
      const reason = kind === 'title' ? 'title-truncated' : 'description-truncated';
      losses.push({ reason, detail: `${pointer}: ${cleaned.length} characters, ${limit} kept` });
    }
    return shown;
  };
}
