import { compileGlob } from '../../text/glob.ts';
import type { AuditRecord } from '../record.ts';
import { codesOf, toShown, type Call } from './call.ts';
import type { Entry } from './join-calls.ts';

/** What is asked of a call or a record: one of the patterns (`*` is the only wildcard) of every member that is there. */
export type Criteria = { readonly [name in CriterionName]?: readonly string[] };

export type CriterionName = keyof typeof TEXTS;

/** What criteria are asked of. An outcome has what its intent says too. */
export interface Subject extends Pick<
  AuditRecord,
  'principal' | 'via' | 'target' | 'decision' | 'result' | 'detail' | 'call' | 'parent'
> {
  readonly types: readonly string[];
}

/** By criterion: the texts of which one has to match. */
const TEXTS = {
  principal: ({ principal }: Subject) =>
    principal ? [principal.subject, `${principal.issuer}#${principal.subject}`] : [],
  team: ({ principal }: Subject) => [principal?.team],
  client: ({ principal, via }: Subject) => [principal?.client, via?.clientName],
  key: ({ principal }: Subject) => [principal?.key],
  tool: ({ target }: Subject) =>
    target ? [toShown(target), `${target.source ?? ''}/${target.name}`, target.name] : [],
  source: ({ target }: Subject) => [target?.source],
  access: ({ target }: Subject) => [target?.access],
  type: ({ types }: Subject) => types,
  decision: (subject: Subject) => [
    subject.decision?.effect,
    subject.types.includes('call.refused') ? 'refused' : undefined,
    ...[...codesOf(subject).keys()].map((code) => EFFECTS[code]),
  ],
  status: ({ result }: Subject) => [result?.status],
  code: (subject: Subject) => [...codesOf(subject).keys()],
  rule: ({ decision, detail }: Subject) => [
    ...(decision?.rules ?? []),
    ...['rule', 'rules', 'limit', 'limits'].flatMap((name) => toTexts(detail?.[name])),
  ],
  shadow: ({ detail }: Subject) => toShadowTexts(detail?.['shadow']),
  session: ({ via }: Subject) => [via?.session],
  call: ({ call }: Subject) => [call],
  trace: ({ via }: Subject) => [via?.trace],
} satisfies Record<string, (subject: Subject) => readonly (string | undefined)[]>;

/** What refusals that were folded into one record, which has no decision of its own, were decided to be. */
const EFFECTS: Readonly<Record<string, string>> = { POLICY_DENIED: 'deny', APPROVAL_REQUIRED: 'approve' };

/** What shadow policies would have decided, or `list` where they would show another list. */
function toShadowTexts(shadow: unknown): string[] {
  if (typeof shadow !== 'object' || shadow === null) return [];
  const effect: unknown = 'effect' in shadow ? shadow.effect : 'list';
  return typeof effect === 'string' ? [effect] : [];
}

/** A text, the texts in a list, and the `id` or `rule` of objects in it. */
function toTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.slice(0, 100).flatMap(toTexts);
  if (typeof value !== 'object' || value === null) return [];
  return ['id', 'rule'].flatMap((name) => {
    const text: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    return typeof text === 'string' ? [text] : [];
  });
}

/** What a subject has where a criterion asks. */
export function textsOf(name: CriterionName, subject: Subject): readonly (string | undefined)[] {
  return TEXTS[name](subject);
}

/** Whether a subject has what the criteria ask for. */
export function createFilter(criteria: Criteria): (subject: Subject) => boolean {
  const tests = Object.entries(criteria).map(([name, patterns]) => {
    const globs = patterns.map(compileGlob);
    return (subject: Subject): boolean =>
      textsOf(name as CriterionName, subject).some(
        (text) => text !== undefined && globs.some((matches) => matches(text)),
      );
  });
  return (subject) => tests.every((test) => test(subject));
}

function subjectOfCall(call: Call): Subject {
  const types = call.refused
    ? ['call.refused']
    : ['call.intent', ...(call.outcome === undefined ? [] : ['call.outcome'])];
  return { ...call, types };
}

export function subjectOfEntry(entry: Entry): Subject {
  return entry.kind === 'call' ? subjectOfCall(entry.call) : subjectOfRecord(entry.record);
}

/** `intent`: of an outcome. */
export function subjectOfRecord(record: AuditRecord, intent?: AuditRecord): Subject {
  return { ...intent, ...record, types: [record.type] };
}
