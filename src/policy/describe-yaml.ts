import type { YamlProblem, YamlProblemKind, YamlRules } from '../text/yaml.ts';

/** What one policy file may hold. */
export const POLICY_YAML: YamlRules = {
  // Thousands of rules: longer than any policy that a person reviews.
  maxLength: 256_000,
  maxDepth: 32,
  maxValues: 50_000,
  maxFlaws: 5,
  // A claim is compared with what the policy says, so that has to be what is written.
  exact: true,
};

const WORDS: Readonly<Record<YamlProblemKind, (detail: string) => string>> = {
  'too-long': (length) => `the file has ${length} characters; a policy may have ${POLICY_YAML.maxLength}`,
  syntax: (complaint) => `not valid YAML: ${complaint}`,
  tag: () => 'tags (`!…`) are not used in policies; remove it',
  'several-documents': () => 'a second YAML document begins here; a policy file holds one policy',
  bottomless: () => 'nested too deeply',
  'too-deep': (limit) => `nested more than ${limit} levels deep`,
  'too-many-values': (limit) => `more than ${limit} values, those that aliases repeat included`,
  'unknown-anchor': (anchor) => `no anchor &${anchor} ends before this alias`,
  'key-not-text': () => 'a key must be plain text',
  'prototype-key': () => 'the key `__proto__` is not allowed',
  'merge-key': () => 'merge keys (`<<`) are not supported; repeat the keys, or alias a whole value',
  'duplicate-key': (key) => `the key \`${key}\` is given twice; remove one`,
  'inexact-integer': () => 'this number is too large to be compared exactly; quote it if it is text',
  'inexact-decimal': () =>
    'this number has more digits than can be kept exactly; shorten it, or quote it if it is text',
  'not-json': () => 'this value has no JSON form; quote it if it is text',
};

/** A problem of the text in words that say what to do. */
export function describeYaml({ kind, detail }: YamlProblem): string {
  return WORDS[kind](detail);
}
