import { isJsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import { toComplaints } from './describe-issue.ts';
import { createPolicySet, type PolicySet } from './policy-set.ts';
import { describeProblems, inFileOrder, type Problem } from './problem.ts';
import type { PlacedRule } from './rule.ts';
import { PolicyFile } from './schema.ts';
import { readYamlText, type YamlText } from './yaml-text.ts';

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
  const parsed = files
    .filter(({ file }) => !/\.test\.ya?ml$/.test(file))
    .map(({ file, text }) => parsePolicy(readYamlText(file, text)));
  const problems = [
    ...parsed.flatMap((one) => one.problems),
    ...findRepeatedNames(parsed),
    ...parsed.flatMap(findRepeatedIds),
  ];
  if (problems.length > 0) {
    const ordered = inFileOrder(problems);
    throw new BailiwickError('CONFIGURATION', describeProblems(ordered), { data: { problems: ordered } });
  }
  return createPolicySet(parsed.flatMap(toRules));
}

interface ParsedPolicy {
  readonly yaml: YamlText;
  /** Absent where there are problems. */
  readonly content?: PolicyFile;
  readonly problems: readonly Problem[];
}

function parsePolicy(yaml: YamlText): ParsedPolicy {
  if (yaml.problems.length > 0) return { yaml, problems: yaml.problems };
  if (yaml.value === null) {
    const message = 'the file is empty; begin with `policy: <name>`';
    return { yaml, problems: [{ ...yaml.positionOf([]), message }] };
  }
  const result = PolicyFile.safeParse(yaml.value);
  if (result.success) return { yaml, content: result.data, problems: [] };
  const problems = result.error.issues
    .flatMap((issue) => toComplaints(yaml.value, issue))
    .map(({ path, part, message }) => ({ ...yaml.positionOf(path, part), message }));
  return { yaml, problems };
}

function toRules({ content, yaml }: ParsedPolicy): PlacedRule[] {
  if (content === undefined) return [];
  const scopes = Object.entries(content.scopes).map(([scope, what]): PlacedRule => ({
    id: `${content.policy}/scope:${scope}`,
    effect: 'permit',
    who: { scopes: [scope] },
    what,
    positionOf: ([member, ...rest]) =>
      member === 'what'
        ? yaml.positionOf(['scopes', scope, ...rest])
        : yaml.positionOf(['scopes', scope], 'key'),
  }));
  const rules = content.rules.map(({ id, effect, who, what, approvers }, index): PlacedRule => ({
    id: `${content.policy}/${id}`,
    effect,
    who,
    what,
    approvers,
    positionOf: (path) => yaml.positionOf(['rules', index, ...path]),
  }));
  return [...scopes, ...rules];
}

/** Looks at the files as written, so that a repeated name is found beside whatever else is wrong. */
function findRepeatedNames(parsed: readonly ParsedPolicy[]): Problem[] {
  const named = parsed.flatMap(({ yaml }) =>
    isJsonObject(yaml.value) && typeof yaml.value['policy'] === 'string'
      ? [{ yaml, name: yaml.value['policy'] }]
      : [],
  );
  return findRepeated(named, ({ name }) => name).map(({ again, first }) => {
    const { file, line } = first.yaml.positionOf(['policy']);
    return {
      ...again.yaml.positionOf(['policy']),
      message: `policy: \`${again.name}\` is already the name of the policy at ${file}:${line}; choose another`,
    };
  });
}

function findRepeatedIds({ yaml }: ParsedPolicy): Problem[] {
  const rules = isJsonObject(yaml.value) && Array.isArray(yaml.value['rules']) ? yaml.value['rules'] : [];
  const identified = rules.flatMap((rule, index) =>
    isJsonObject(rule) && typeof rule['id'] === 'string'
      ? [{ id: rule['id'], path: ['rules', index, 'id'] }]
      : [],
  );
  return findRepeated(identified, ({ id }) => id).map(({ again, first }) => ({
    ...yaml.positionOf(again.path),
    message: `rules: \`${again.id}\` is already the id of the rule at line ${yaml.positionOf(first.path).line}; choose another`,
  }));
}

function findRepeated<T>(items: readonly T[], keyOf: (item: T) => string): { again: T; first: T }[] {
  const firsts = new Map<string, T>();
  return items.flatMap((item) => {
    const first = firsts.get(keyOf(item));
    if (first !== undefined) return [{ again: item, first }];
    firsts.set(keyOf(item), item);
    return [];
  });
}
