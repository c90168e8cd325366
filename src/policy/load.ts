import { isJsonObject, type Json } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import { readYaml, type YamlDocument } from '../text/yaml.ts';
import type { Condition } from './cel/condition.ts';
import { parseCondition } from './cel/parse-condition.ts';
import { toComplaints } from './describe-issue.ts';
import { describeYaml, POLICY_YAML } from './describe-yaml.ts';
import type { PlacedLimit } from './limit.ts';
import { createPolicySet, type PolicySet } from './policy-set.ts';
import { describeProblems, inFileOrder, type Position, type Problem } from './problem.ts';
import { toLimit } from './read-limit.ts';
import { findRepeatedMeasures } from './repeated-measures.ts';
import type { PlacedRule } from './rule.ts';
import { PolicyFile } from './schema.ts';

export type { PolicySet } from './policy-set.ts';

/** The text of one policy file. `file` is how problems name it. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
}

/**
 * Policy files as one set of rules. The files' order does not matter. Without files nothing is permitted.
 *
 * `*.test.yaml` files are cases for policies, not policies, and are passed over.
 *
 * @throws BailiwickError `CONFIGURATION` with every problem of every file, at its file, line and column; `data.problems`
 *   has them as data. There is no partial result: a rule that is left out might be the one that denies.
 */
export function loadPolicies(files: readonly PolicyText[]): PolicySet {
  const parsed = files.filter(({ file }) => !/\.test\.ya?ml$/.test(file)).map(parsePolicy);
  const limits = parsed.flatMap(toLimits);
  const problems = [
    ...parsed.flatMap((one) => one.problems),
    ...findRepeatedNames(parsed),
    ...parsed.flatMap(findRepeatedIds),
    ...limits.flatMap(findRepeatedMeasures),
  ];
  if (problems.length > 0) {
    const ordered = inFileOrder(problems);
    throw new BailiwickError('CONFIGURATION', describeProblems(ordered), { data: { problems: ordered } });
  }
  return createPolicySet(parsed.flatMap(toRules), limits);
}

interface ParsedPolicy {
  /** The file as written. */
  readonly written: Json;
  readonly positionOf: (...where: Parameters<YamlDocument['positionOf']>) => Position;
  readonly positionInText: (...where: Parameters<YamlDocument['positionInText']>) => Position;
  /** Absent where there are problems. */
  readonly content?: PolicyFile;
  /** By index of the rule. */
  readonly conditions?: ReadonlyMap<number, Condition>;
  readonly problems: readonly Problem[];
}

function parsePolicy({ file, text }: PolicyText): ParsedPolicy {
  const document = readYaml(text, POLICY_YAML);
  const written = document.value;
  const positionOf: ParsedPolicy['positionOf'] = (...where) => ({ file, ...document.positionOf(...where) });
  const places = {
    positionOf,
    positionInText: (...where: Parameters<YamlDocument['positionInText']>): Position => ({
      file,
      ...document.positionInText(...where),
    }),
  };
  const refuse = (problems: readonly Problem[]): ParsedPolicy => ({ written, ...places, problems });

  if (document.problems.length > 0) {
    return refuse(
      document.problems.map((problem) => ({
        file,
        line: problem.line,
        column: problem.column,
        message: describeYaml(problem),
      })),
    );
  }
  if (written === null) {
    return refuse([{ ...positionOf([]), message: 'the file is empty; begin with `policy: <name>`' }]);
  }
  const result = PolicyFile.safeParse(written);
  if (result.success) return withConditions({ written, ...places, problems: [] }, result.data);
  return refuse(
    result.error.issues
      .flatMap((issue) => toComplaints(written, issue))
      .map(({ path, part, message }) => ({ ...positionOf(path, part), message })),
  );
}

/** Parses the conditions of the rules, each of which may be wrong. */
function withConditions(parsed: ParsedPolicy, content: PolicyFile): ParsedPolicy {
  const conditions = new Map<number, Condition>();
  const problems: Problem[] = [];
  for (const [index, { id, when }] of content.rules.entries()) {
    if (when === undefined) continue;
    const condition = parseCondition(when);
    if ('expression' in condition) conditions.set(index, condition);
    else
      problems.push({
        ...parsed.positionInText(['rules', index, 'when'], condition.at.start),
        message: `${content.policy}/${id}: when: ${condition.message}`,
      });
  }
  return problems.length > 0 ? { ...parsed, problems } : { ...parsed, content, conditions };
}

function toRules({ content, conditions, positionOf, positionInText }: ParsedPolicy): PlacedRule[] {
  if (content === undefined) return [];
  const stepUp = content.visibility === 'step-up' || undefined;
  const scopes = Object.entries(content.scopes).map(([scope, what]): PlacedRule => ({
    id: `${content.policy}/scope:${scope}`,
    effect: 'permit',
    who: { scopes: [scope] },
    what,
    stepUp,
    positionOf: ([member, ...rest]) =>
      member === 'what' ? positionOf(['scopes', scope, ...rest]) : positionOf(['scopes', scope], 'key'),
  }));
  const rules = content.rules.map(({ id, effect, who, what, obligations, approvers }, index): PlacedRule => ({
    id: `${content.policy}/${id}`,
    effect,
    who,
    what,
    when: conditions?.get(index),
    obligations,
    approvers,
    stepUp: effect === 'permit' ? stepUp : undefined,
    positionOf: (path, offset) =>
      offset === undefined
        ? positionOf(['rules', index, ...path])
        : positionInText(['rules', index, ...path], offset),
  }));
  return [...scopes, ...rules];
}

function toLimits({ content, positionOf }: ParsedPolicy): PlacedLimit[] {
  if (content === undefined) return [];
  return content.limits.map((entry, index) =>
    toLimit(content.policy, entry, (path) => positionOf(['limits', index, ...path])),
  );
}

/** Looks at the files as written, so that a repeated name is found beside whatever else is wrong. */
function findRepeatedNames(parsed: readonly ParsedPolicy[]): Problem[] {
  const named = parsed.flatMap(({ written, positionOf }) =>
    isJsonObject(written) && typeof written['policy'] === 'string'
      ? [{ name: written['policy'], position: positionOf(['policy']) }]
      : [],
  );
  return findRepeated(named, ({ name }) => name).map(({ again, first }) => {
    const { file, line } = first.position;
    return {
      ...again.position,
      message: `policy: \`${again.name}\` is already the name of the policy at ${file}:${line}; choose another`,
    };
  });
}

/** Rules and limits share their names, because refusals and records name both in the same place. */
function findRepeatedIds({ written, positionOf }: ParsedPolicy): Problem[] {
  const identified = (['rules', 'limits'] as const).flatMap((member) => {
    const entries = isJsonObject(written) ? written[member] : undefined;
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry, index) =>
      isJsonObject(entry) && typeof entry['id'] === 'string'
        ? [{ id: entry['id'], member, path: [member, index, 'id'] }]
        : [],
    );
  });
  return findRepeated(identified, ({ id }) => id).map(({ again, first }) => ({
    ...positionOf(again.path),
    message: `${again.member}: \`${again.id}\` is already the id of the ${NOUNS[first.member]} at line ${positionOf(first.path).line}; choose another`,
  }));
}

const NOUNS = { rules: 'rule', limits: 'limit' } as const;

function findRepeated<T>(items: readonly T[], keyOf: (item: T) => string): { again: T; first: T }[] {
  const firsts = new Map<string, T>();
  return items.flatMap((item) => {
    const first = firsts.get(keyOf(item));
    if (first !== undefined) return [{ again: item, first }];
    firsts.set(keyOf(item), item);
    return [];
  });
}
