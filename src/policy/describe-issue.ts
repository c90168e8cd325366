import type { z } from 'zod';
import type { Json } from '../catalog/json.ts';
import { toDotted, valueAt } from '../text/pointer.ts';
import { suggest } from '../text/suggest.ts';
import { describeLimitKey, describeLimitValue } from './describe-limit-issue.ts';
import { knownKeysAt } from './known-keys.ts';

type Issue = z.core.$ZodIssue;

/** A complaint about a policy, at a path; `part` says whether the key or the value is wrong. */
interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly part: 'key' | 'value';
  readonly message: string;
}

/** What is asked for by these keys exists in the language but not in this version. Refused in words, never ignored. */
const NOT_IN_THIS_VERSION: Readonly<Record<string, string>> = {
  guardrails: 'guardrails are not in this version',
  packs: 'packs are not in this version',
};

const SELECTORS_NOT_IN_THIS_VERSION: Readonly<Record<string, string>> = {
  when: '`when` is a key of rules, beside `what`: move it there; a scope that needs a condition is a rule with `who: { scopes: [...] }`',
  kind: 'Kubernetes selectors (`kind`) are not in this version',
  verb: 'Kubernetes selectors (`verb`) are not in this version',
  group: 'Kubernetes selectors (`group`) are not in this version',
  model: 'models are not in this version',
};

/**
 * An issue of `root` in words that say what to do; one issue may be several complaints.
 *
 * @param keysAt The keys that the mapping at a path may have; of a policy file where nothing is said.
 */
export function toComplaints(
  root: Json,
  issue: Issue,
  base: readonly PropertyKey[] = [],
  keysAt = knownKeysAt,
): Complaint[] {
  const path = [...base, ...issue.path];
  const expect = (expectation: string): Complaint[] =>
    complain(
      valueAt(root, path) === undefined ? `missing; expected ${expectation}` : `expected ${expectation}`,
    );
  const complain = (message: string): Complaint[] => [
    { path, part: 'value', message: `${toPrefix(path)}${message}` },
  ];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      part: 'key',
      message: describeUnknownKey(key, path, keysAt),
    }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path, part: 'key', message: `${toPrefix(path)}${message}` }));
  }
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find((issues) => !issues.some(isAboutTheWhole));
    if (branch !== undefined) return branch.flatMap((inner) => toComplaints(root, inner, path, keysAt));
  }
  const told = describeLimitValue(issue, path, valueAt(root, path));
  if (told !== undefined) return complain(valueAt(root, path) === undefined ? `missing; ${told}` : told);
  const expectation = toExpectation(issue, valueAt(root, path));
  return expectation === undefined ? complain(issue.message) : expect(expectation);
}

function describeUnknownKey(key: string, path: readonly PropertyKey[], keysAt: typeof knownKeysAt): string {
  const absence = keysAt === knownKeysAt ? toKnownAbsence(key, path) : undefined;
  if (absence !== undefined) return absence;
  const near = suggest(key, keysAt(path));
  const advice = near === undefined ? 'correct or remove it' : `did you mean \`${near}\`?`;
  return `${toPrefix(path)}${describeLimitKey(key, path) ?? `unknown key \`${key}\`; ${advice}`}`;
}

function toKnownAbsence(key: string, path: readonly PropertyKey[]): string | undefined {
  const isInSelector = path.includes('what') || path[0] === 'scopes';
  const table = isInSelector ? SELECTORS_NOT_IN_THIS_VERSION : NOT_IN_THIS_VERSION;
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** True where a branch of a union is for values of another shape altogether. */
function isAboutTheWhole(issue: Issue): boolean {
  return (
    issue.path.length === 0 &&
    (issue.code === 'invalid_type' ||
      issue.code === 'invalid_value' ||
      (issue.code === 'invalid_union' && issue.errors.every((issues) => issues.some(isAboutTheWhole))))
  );
}

/** What an issue of the wrong type or value wants; `undefined` for other issues, which say so themselves. */
function toExpectation(issue: Issue, value?: unknown): string | undefined {
  if (issue.code === 'invalid_union') {
    return [...new Set(issue.errors.flat().map((inner) => toExpectation(inner)))]
      .filter((one) => one !== undefined)
      .join(' or ');
  }
  if (issue.code === 'invalid_value') return toChoice(issue.values.map(String), value);
  if (issue.code !== 'invalid_type') return undefined;
  return TYPE_NAMES[issue.expected] ?? issue.expected;
}

function toChoice(choices: readonly string[], value: unknown): string {
  const listed = choices.map((choice) => `\`${choice}\``).join(' or ');
  const near = typeof value === 'string' ? suggest(value, choices) : undefined;
  return near === undefined ? listed : `${listed}; did you mean \`${near}\`?`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

/** `rules[0].what.tool: `, or nothing for the whole file. */
function toPrefix(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `${toDotted(path)}: `;
}
