import type { JsonObject } from '../../catalog/json.ts';

/** Longest description of a tool, in characters. */
const MAX_DESCRIPTION = 1000;

/** Longest text that is looked at: what lies beyond would be cut anyway. */
const MAX_SOURCE = 10_000;

const MAX_TITLE = 120;

/** The operation's summary as one line, if it has one. */
export function toTitle(operation: JsonObject): string | undefined {
  const summary = textOf(operation['summary']).replace(/\s+/g, ' ');
  return summary === '' ? undefined : cut(summary, MAX_TITLE);
}

/** What the operation does, in its own words: summary and description without HTML, cut at the end of a sentence. */
export function toDescription(operation: JsonObject, label: string): string {
  const summary = textOf(operation['summary']).replace(/\s+/g, ' ');
  const description = textOf(operation['description']);
  const repeats = description.startsWith(summary) && !/^\w/.test(description.slice(summary.length));
  const parts = repeats ? [description] : [summary, description];
  const words = parts.filter((part) => part !== '').join('\n\n');
  const marked = operation['deprecated'] === true ? `Deprecated. ${words}`.trimEnd() : words;
  return cut(marked === '' ? label : marked, MAX_DESCRIPTION);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? stripHtml(value.slice(0, MAX_SOURCE)).trim() : '';
}

const BREAKING =
  /<\/?(?:p|div|br|ul|ol|table|thead|tbody|tr|h[1-6]|pre|blockquote|hr|section|dl|dt|dd)(?:\s[^<>]*)?\/?>/gi;
const INLINE =
  /<\/?(?:a|abbr|b|big|center|cite|code|del|details|em|font|i|img|ins|kbd|li|mark|q|s|samp|small|span|strong|sub|summary|sup|td|th|tt|u|var)(?:\s[^<>]*)?\/?>/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' ',
};

/** Removes HTML's own tags and leaves `<placeholders>` and comparisons alone. */
function stripHtml(text: string): string {
  return text
    .replace(/<!--[^]*?(?:-->|$)/g, '')
    .replace(/<(script|style)\b[^]*?(?:<\/\1>|$)/gi, '')
    .replace(/<li(?:\s[^<>]*)?>/gi, '\n- ')
    .replace(BREAKING, '\n')
    .replace(INLINE, '')
    .replace(/&(amp|lt|gt|quot|apos|#39|nbsp);/g, (_match, name: string) => ENTITIES[name] ?? '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n');
}

/** At most `limit` characters: whole sentences where they fill half of it, else whole words and an ellipsis. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = text.slice(0, limit);
  const sentences = /^[^]*[.!?](?=\s)/.exec(head)?.[0] ?? '';
  if (sentences.length >= limit / 2) return sentences;
  const words = head
    .slice(0, limit - 1)
    .replace(/\s+\S*$/, '')
    .replace(/[\uD800-\uDBFF]$/, '');
  return `${words.trimEnd()}…`;
}
