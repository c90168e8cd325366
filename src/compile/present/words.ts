/** Says that a presented schema leaves out what the full one has. */
const MARK = 'shortened';

/** A note that this folder wrote at the end of a description: it stays when the words before it go. */
const NOTE = /\s?\([^\n]*; shortened\)$/;

/** Room for the names or values that a note lists, in characters. */
const LIST_ROOM = 100;

/** At most `limit` characters of a description: all of it, its first sentence, or its first words. Notes are kept. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const note = NOTE.exec(text)?.[0] ?? '';
  const words = text.slice(0, text.length - note.length);
  return `${shortenWords(words, limit)}${note}`.trim();
}

function shortenWords(words: string, limit: number): string {
  if (words.length <= limit) return words;
  if (limit <= 0) return '';
  const head = words.slice(0, limit);
  const sentence = /^[^]*?[.!?](?=\s)/.exec(head)?.[0].trim();
  if (sentence !== undefined && sentence.length > limit / 4) return sentence;
  const cut = head
    .slice(0, -1)
    .replace(/\s+\S*$/, '')
    .replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trimEnd()}…`;
}

/** The words with a note behind them. Words that end in a note already have said it. */
export function withNote(words: string, note: string): string {
  if (NOTE.test(words)) return words;
  return words === '' ? `(${note}; ${MARK})` : `${words} (${note}; ${MARK})`;
}

/** As many of the items as fit a note, and how many there are beside. */
export function listSome(items: readonly string[], room = LIST_ROOM): string {
  const shown: string[] = [];
  let left = room;
  for (const item of items) {
    left -= item.length + 2;
    if (left < 0) break;
    shown.push(item);
  }
  const rest = items.length - shown.length;
  if (rest === 0) return shown.join(', ');
  return shown.length === 0 ? `${rest} more` : `${shown.join(', ')} and ${rest} more`;
}

/** The words, with the note at the end of other words that they replace. */
export function keepNote(words: string, replaced: string): string {
  const note = NOTE.exec(replaced)?.[0].trim();
  return note === undefined || NOTE.test(words) ? words : `${words} ${note}`.trim();
}
