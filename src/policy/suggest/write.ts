import type { Who } from '../rule.ts';
import type { SuggestedRule, SuggestedTarget } from './compose.ts';

/** A suggestion as it is written. */
export interface WrittenPolicy {
  /** The name of the policy. */
  readonly name: string;
  /** Lines of the comment on top, without `#`. */
  readonly about: readonly string[];
  readonly rules: readonly SuggestedRule[];
  /** Lines of the comment at the end. */
  readonly after: readonly string[];
}

const SCHEMA = '# yaml-language-server: $schema=../node_modules/bailiwick/policies/policy.schema.json';

/** A policy file, with a comment for each rule and each target. The same suggestion gives the same text. */
export function writePolicy({ name, about, rules, after }: WrittenPolicy): string {
  return [
    SCHEMA,
    '#',
    ...about.map(toComment),
    `policy: ${name}`,
    '',
    rules.length === 0 ? 'rules: []' : 'rules:',
    ...rules.flatMap((rule, index) => [...(index > 0 ? [''] : []), ...writeRule(rule)]),
    ...(after.length > 0 ? ['', ...after.map(toComment)] : []),
    '',
  ].join('\n');
}

const MEMBERS = { tool: 'tool', resource: 'resource', prompt: 'prompt', model: 'model' } as const;

function writeRule(rule: SuggestedRule): string[] {
  const { id, effect, who, when, obligations, approvers, kind, source, targets } = rule;
  return [
    `  ${toComment(describe(rule))}`,
    `  - id: ${id}`,
    `    effect: ${effect}`,
    ...(who ? [`    who: ${writeWho(who)}`] : []),
    '    what:',
    ...(source === '' ? [] : [`      source: ${toScalar(source)}`]),
    `      ${MEMBERS[kind]}:`,
    ...targets.map(
      (target) =>
        `        - ${toScalar(target.name)} ${toComment(`${describeCalls(target)}, last ${target.last.slice(0, 10)}`)}`,
    ),
    ...(when === undefined ? [] : [`    when: ${toScalar(when)}`]),
    ...(obligations ? [`    obligations: ${toFlow(obligations)}`] : []),
    ...(approvers ? [`    approvers: ${approvers === 'self' ? 'self' : writeWho(approvers)}`] : []),
  ];
}

function describe({ targets, callers, from, effect }: SuggestedRule): string {
  const calls = targets.reduce((sum, one) => sum + one.calls, 0);
  const last = targets.reduce((latest, one) => (one.last > latest ? one.last : latest), '');
  const origin = from === undefined ? '' : `; as ${from} says it`;
  if (effect === 'deny') return `What was denied stays denied${origin}.`;
  const asked = targets.reduce((sum, one) => sum + one.asked, 0);
  return `${describeCalls({ calls, asked })} of ${plural(callers, 'caller')}, the last on ${last.slice(0, 10)}${origin}.`;
}

function describeCalls({ calls, asked }: Pick<SuggestedTarget, 'calls' | 'asked'>): string {
  if (asked === 0) return plural(calls, 'call');
  return `${plural(calls, 'call')} (${calls === asked ? '' : `${asked} `}not approved)`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function writeWho(who: Who): string {
  const { claims, ...rest } = who;
  const members = Object.entries(rest).flatMap(([name, values]) =>
    values === undefined ? [] : [`${name}: [${values.map(toScalar).join(', ')}]`],
  );
  return `{ ${[...members, ...(claims ? [`claims: ${toFlow(claims)}`] : [])].join(', ')} }`;
}

/** Words that YAML, of whichever version, takes for something else than text. */
const NO_TEXT = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i;

/** A text: as it is where it is a plain word, in single quotes where all of it can be seen, else as JSON writes it. */
function toScalar(text: string): string {
  if (/^[A-Za-z][\w./@-]*(?::\w[\w./@-]*)*$/.test(text) && !NO_TEXT.test(text)) return text;
  return /^[\u0020-\u007E]+$/.test(text) ? `'${text.replaceAll("'", "''")}'` : toFlow(text);
}

/** JSON is YAML but for characters that YAML takes for the end of a line, or for none at all. */
function toFlow(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    // oxlint-disable-next-line no-control-regex -- What is not printable in YAML 1.2 (section 5.1) is escaped.
    /[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One line, whatever the text holds. */
function toComment(text: string): string {
  const line = text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- Names of others must not end the comment.
    /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]/g,
    '?',
  );
  return line === '' ? '#' : `# ${line}`;
}
