/** A text as a JSON Schema pattern finds it (ECMA-262 with the flag `u`); undefined where a pattern cannot say it. */
export function escapePattern(text: string): string | undefined {
  // A lone surrogate is no character, and control characters are better not written.
  if (!text.isWellFormed() || /\p{Cc}/u.test(text)) return undefined;
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
