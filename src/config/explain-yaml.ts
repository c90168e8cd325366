import type { YamlProblem, YamlProblemKind } from '../text/yaml.ts';

interface Words {
  readonly message: string;
  readonly hint?: string;
}

const WORDS: Readonly<Record<YamlProblemKind, (detail: string) => Words>> = {
  'too-long': (length) => ({ message: `the document has ${length} characters, which is too many` }),
  syntax: (complaint) => ({ message: `broken YAML: ${shorten(complaint, 160)}` }),
  tag: () => ({ message: 'tags (`!…`) are not supported' }),
  'several-documents': () => ({ message: 'holds several YAML documents; exactly one is expected' }),
  bottomless: () => ({ message: 'is nested too deeply' }),
  'too-deep': (limit) => ({ message: `is nested more than ${limit} levels deep` }),
  'too-many-values': (limit) => ({
    message: `the document has more than ${limit} values, repeated ones included`,
  }),
  'unknown-anchor': (anchor) => ({ message: `no anchor \`&${shorten(anchor)}\` ends before this alias` }),
  'key-not-text': () => ({ message: 'a key must be plain text' }),
  'prototype-key': () => ({ message: 'the key `__proto__` is not allowed' }),
  'merge-key': () => ({
    message: 'merge keys (`<<`) are not supported',
    hint: 'repeat the keys, or alias whole values',
  }),
  'duplicate-key': (key) => ({ message: `duplicate key \`${shorten(key)}\``, hint: 'remove one of the two' }),
  'inexact-integer': () => ({ message: 'is too large for an exact number', hint: 'write it in quotes' }),
  'inexact-decimal': () => ({ message: 'has more digits than a number keeps', hint: 'write it in quotes' }),
  'not-json': () => ({ message: 'has no JSON form', hint: 'write it in quotes if it is meant as text' }),
};

/** A problem of the text in words. */
export function explainYaml({ kind, detail }: YamlProblem): Words {
  return WORDS[kind](detail);
}

function shorten(text: string, length = 60): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
