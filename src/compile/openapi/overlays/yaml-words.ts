import type { YamlProblem, YamlProblemKind } from '../../../text/yaml.ts';

const WORDS: Record<YamlProblemKind, (detail: string) => string> = {
  'too-long': () => 'the overlay is too long',
  syntax: (complaint) => `the overlay is not valid YAML or JSON: ${complaint}`,
  tag: () => 'tags are not supported',
  'several-documents': () => 'an overlay is one document, not several',
  bottomless: () => 'the overlay is nested too deeply',
  'too-deep': (limit) => `the overlay is nested more than ${limit} levels deep`,
  'too-many-values': (limit) => `the overlay has more than ${limit} values, repeated ones included`,
  'unknown-anchor': (anchor) => `no anchor \`&${anchor.slice(0, 60)}\` ends before this alias`,
  'key-not-text': () => 'a key is not plain text',
  'prototype-key': () => 'the key `__proto__` is not allowed',
  'merge-key': () => 'merge keys (`<<`) are not supported',
  'duplicate-key': (key) => `the key \`${key.slice(0, 60)}\` is repeated`,
  'inexact-integer': () => 'the number is too large to be exact',
  'inexact-decimal': () => 'the number has more digits than can be kept',
  'not-json': () => 'the value has no JSON form',
};

/** A problem of an overlay's text in words. */
export function describeYamlProblem({ kind, detail }: YamlProblem): string {
  return WORDS[kind](detail);
}
