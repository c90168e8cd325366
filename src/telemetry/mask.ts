/** What stands in a secret's place. */
const MASK = '***';

/** Shorter ones would mask ordinary words, and hide nothing that could not be guessed. */
const MIN_LENGTH = 6;

/**
 * A function that takes the secrets out of a line of JSON, member names included. The result is JSON too.
 *
 * `secrets` is asked at each call, so that a secret which was rotated in is masked from then on.
 */
export function createMask(secrets: () => readonly string[]): (line: string) => string {
  let known: readonly string[] = [];
  let patterns: Patterns | undefined;

  return (line) => {
    const current = secrets();
    if (current.length !== known.length || current.some((secret, index) => secret !== known[index])) {
      known = [...current];
      patterns = toPatterns(known);
    }
    if (patterns === undefined || !patterns.inJson.test(line)) return line;
    const { inText } = patterns;
    const maskText = (text: string): string => text.replaceAll(inText, MASK);
    return JSON.stringify(maskValue(JSON.parse(line), maskText));
  };
}

/** A function that takes the secrets out of a text. Shorter ones than six characters are not looked for. */
export function createTextMask(secrets: readonly string[]): (text: string) => string {
  const patterns = toPatterns(secrets);
  return patterns === undefined ? (text) => text : (text) => text.replaceAll(patterns.inText, MASK);
}

interface Patterns {
  /** Finds a secret in a string. */
  readonly inText: RegExp;
  /** Finds that there may be a secret in a line of JSON, without parsing it. */
  readonly inJson: RegExp;
}

function toPatterns(secrets: readonly string[]): Patterns | undefined {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < MIN_LENGTH) continue;
    forms.add(secret);
    forms.add(encodeURIComponent(secret.toWellFormed()));
    // As in a JSON text that is itself logged as a string.
    forms.add(toJsonContent(secret));
  }
  if (forms.size === 0) return undefined;
  return {
    inText: new RegExp(toAlternatives([...forms]), 'g'),
    inJson: new RegExp(toAlternatives([...forms].map(toJsonContent))),
  };
}

/** The longest first: a secret that begins with another one must not leave its end behind. */
function toAlternatives(forms: readonly string[]): string {
  return forms
    .toSorted((a, b) => b.length - a.length)
    .map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`))
    .join('|');
}

function toJsonContent(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function maskValue(value: unknown, maskText: (text: string) => string): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'number') {
    const text = maskText(String(value));
    return text === String(value) ? value : text;
  }
  if (Array.isArray(value)) return value.map((item) => maskValue(item, maskText));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [maskText(name), maskValue(member, maskText)]),
  );
}
