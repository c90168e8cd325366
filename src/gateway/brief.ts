/** The longest name or URI of a caller's that is echoed or recorded. */
const MAX_LENGTH = 512;

/** A caller's text, short enough to be repeated: it may be megabytes long. */
export function brief(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}… (${text.length} characters)`;
}
