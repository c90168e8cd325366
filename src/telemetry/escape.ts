/**
 * Characters that steer a terminal, break a line or hide text from a reader: Unicode's controls, format characters
 * (zero-width ones, marks of writing direction, tags) and separators of lines and paragraphs.
 */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with every such character as `\uXXXX`. In a line of JSON, the value stays the same. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) =>
    Array.from({ length: character.length }, (_, index) => toEscape(character.charCodeAt(index))).join(''),
  );
}

function toEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
