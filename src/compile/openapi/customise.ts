import type { Loss } from '../../catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { toDotted } from '../../text/pointer.ts';
import type { Operation } from './operations.ts';
import { appendPointer } from './pointer.ts';
import type { LossReason } from './reasons.ts';
import { compileMatch } from './rules.ts';
import { OperationCustomisation, type OperationRule } from './settings.ts';

/** What is different about the tools of a document's operations. */
export interface Customisations {
  /** By the label of the operation; empty where nothing is different. */
  readonly of: (label: string) => OperationCustomisation;
  /** What of an operation's own extension could not be used. */
  readonly losses: readonly Loss[];
  /** Rules that no operation matches. */
  readonly warnings: readonly string[];
}

/** Where an operation says itself what is different about its tool. */
const EXTENSION = 'x-bailiwick';

/**
 * What configuration and document say about each operation: the first rule that matches it counts, and goes key by key
 * before the operation's own `x-bailiwick`. A mistake in the document costs the key that it is in.
 */
export function customiseOperations(
  operations: readonly Operation[],
  rules: readonly OperationRule[],
): Customisations {
  const compiled = rules.map((rule) => ({ set: rule.set, matches: compileMatch(rule.match), isUsed: false }));
  const losses: Loss[] = [];
  const byLabel = new Map<string, OperationCustomisation>();
  for (const operation of operations) {
    const own = readExtension(operation, (detail) => {
      const reason: LossReason = 'unusable-extension';
      losses.push({ operation: operation.label, reason, detail });
    });
    const matching = compiled.filter((rule) => rule.matches(operation));
    for (const rule of matching) rule.isUsed = true;
    const [first] = matching;
    if (first !== undefined || Object.keys(own).length > 0) {
      byLabel.set(operation.label, { ...own, ...first?.set });
    }
  }
  const unused = compiled.flatMap(({ isUsed }, index) => (isUsed ? [] : [`rules[${index}]`]));
  return {
    of: (label) => byLabel.get(label) ?? {},
    losses,
    warnings: unused.map((rule) => `${rule} matches no operation of the document`),
  };
}

function readExtension(
  { operation, pointer }: Operation,
  report: (detail: string) => void,
): OperationCustomisation {
  const declared = operation[EXTENSION];
  if (declared === undefined) return {};
  const at = appendPointer(pointer, EXTENSION);
  if (!isJsonObject(declared)) {
    report(`${at} is not an object`);
    return {};
  }
  const usable: [string, Json][] = [];
  for (const [key, value] of Object.entries(declared)) {
    const problem = problemOf(key, value);
    if (problem === undefined) usable.push([key, value]);
    else report(`${appendPointer(at, key)}: ${problem}`);
  }
  const whole = OperationCustomisation.safeParse(Object.fromEntries(usable));
  return whole.success ? whole.data : {};
}

function problemOf(key: string, value: Json): string | undefined {
  try {
    const read = OperationCustomisation.safeParse({ [key]: value } satisfies JsonObject);
    return read.success ? undefined : describe(key, read.error.issues[0]);
  } catch (error) {
    if (error instanceof RangeError) return 'is nested too deeply';
    throw error;
  }
}

function describe(
  key: string,
  issue: { readonly code?: string; readonly path: PropertyKey[]; readonly message: string } | undefined,
): string {
  if (issue === undefined || issue.code === 'unrecognized_keys')
    return `there is no key ${JSON.stringify(key)}`;
  return issue.path.length > 1 ? `${toDotted(issue.path.slice(1))}: ${issue.message}` : issue.message;
}
