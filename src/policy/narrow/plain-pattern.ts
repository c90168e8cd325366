/** A text that a value has to begin with, end with, have in it or be. */
export interface PlainText {
  readonly how: 'begin' | 'end' | 'contain' | 'be';
  readonly text: string;
}

/**
 * The alternatives of a pattern that is made of escaped texts and anchors alone, as limits have them: `^team-a/`, `^(?:a|b$)`, `-dev$`.
 * Undefined for any other pattern.
 */
export function readPlainPattern(pattern: unknown): readonly PlainText[] | undefined {
  if (typeof pattern !== 'string') return undefined;
  const group = /^\^\(\?:(.*)\)$/su.exec(pattern)?.[1];
  const alternatives = group === undefined ? [pattern] : splitAlternatives(group).map((one) => `^${one}`);
  const texts = alternatives.map(readAlternative);
  return texts.includes(undefined) ? undefined : (texts as PlainText[]);
}

/** Whether a text is as one of the alternatives asks. */
export function fitsPlainPattern(value: string, alternatives: readonly PlainText[]): boolean {
  return alternatives.some(({ how, text }) => {
    switch (how) {
      case 'begin':
        return value.startsWith(text);
      case 'end':
        return value.endsWith(text);
      case 'contain':
        return value.includes(text);
      case 'be':
        return value === text;
    }
  });
}

function splitAlternatives(group: string): string[] {
  const alternatives = [''];
  for (const part of group.match(/\\.|[^\\]/gsu) ?? []) {
    if (part === '|') alternatives.push('');
    else alternatives.push((alternatives.pop() ?? '') + part);
  }
  return alternatives;
}

function readAlternative(pattern: string): PlainText | undefined {
  const begins = pattern.startsWith('^');
  const rest = begins ? pattern.slice(1) : pattern;
  const ends = /(?:^|[^\\])(?:\\\\)*\$$/su.test(rest);
  const escaped = ends ? rest.slice(0, -1) : rest;
  if (!/^(?:[^\\^$.*+?()[\]{}|]|\\[^A-Za-z0-9])*$/su.test(escaped)) return undefined;
  const text = escaped.replaceAll(/\\(.)/gsu, '$1');
  if (begins && ends) return { how: 'be', text };
  if (begins) return { how: 'begin', text };
  return { how: ends ? 'end' : 'contain', text };
}
