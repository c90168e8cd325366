import { isJsonObject } from '../../catalog/json.ts';
import type { Principal } from '../../identity/principal.ts';
import { fromPointer } from '../../text/pointer.ts';
import { suggest } from '../../text/suggest.ts';
import type { Obligations } from '../decision.ts';
import type { CallFacts } from '../facts.ts';
import { inFileOrder, type Problem } from '../problem.ts';
import { takesArgument } from '../takes-argument.ts';
import { findListed, findTarget, findTool } from './find-target.ts';
import type { ReadTestFile } from './read.ts';
import { DEFAULT_TIME, SUBJECTS, type PolicyTest, type TestPrincipal } from './schema.ts';
import type { ExpectedNarrowing, NamedTarget, TestCase } from './test-case.ts';
import { findRepeatedTools, type TestWorld } from './world.ts';

type Complain = (path: readonly PropertyKey[], message: string, part?: 'key') => undefined;

/**
 * The cases of a file, each name in it resolved; or every name that means nothing. Warnings: arguments that a tool does not take, by
 * which a test may pass for another reason than its author has in mind.
 */
export function resolveTests(
  file: ReadTestFile,
  world: TestWorld,
): {
  readonly cases: readonly TestCase[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
} {
  const warnings: Problem[] = [];
  const problems: Problem[] = findRepeatedTools(file);
  const principals = new Map([
    ...world.principals,
    ...Object.entries(file.content.principals).map(([name, one]) => [name, toPrincipal(name, one)] as const),
  ]);
  const ruleIds = new Set(world.policy.rules.map(({ id }) => id));
  const cases = file.content.tests.flatMap((test, index): TestCase[] => {
    const base = ['tests', index];
    const complain: Complain = (path, message, part) => {
      problems.push({ ...file.positionOf([...base, ...path], part), message });
    };
    for (const [at, id] of (test.because ?? []).entries()) {
      if (!ruleIds.has(id)) complain(['because', at], unknownName('no rule', id, [...ruleIds]));
    }
    const body = toBody(test, world, complain);
    const callers = findCallers(test.as, principals, complain);
    if (body === undefined) return [];
    for (const { argument, message } of findUntaken(test, body))
      warnings.push({ ...file.positionOf([...base, 'args', argument], 'key'), message });
    const shared = { at: file.positionOf(base), name: test.name ?? describeTest(test) };
    return callers.map((caller) => ({ ...shared, ...caller, ...body }));
  });
  return { cases: problems.length > 0 ? [] : cases, problems: inFileOrder(problems), warnings };
}

/** Arguments of a call that its tool does not take. */
function findUntaken({ call, args = {} }: PolicyTest, body: Body): { argument: string; message: string }[] {
  if (body.kind !== 'decision' || body.target.kind !== 'tool') return [];
  const { inputSchema } = body.target.tool;
  const { properties } = inputSchema;
  return Object.keys(args)
    .filter((argument) => !takesArgument(inputSchema, [argument]))
    .map((argument) => {
      const near = suggest(argument, isJsonObject(properties) ? Object.keys(properties) : []);
      const hint = near === undefined ? '' : `; did you mean \`${near}\`?`;
      return { argument, message: `${call} takes no argument \`${argument}\`${hint}` };
    });
}

type Body<T = TestCase> = T extends TestCase ? Omit<T, 'at' | 'name' | 'as' | 'principal'> : never;

function toBody(test: PolicyTest, world: TestWorld, complain: Complain): Body | undefined {
  if (test.view !== undefined) return toViewBody(test.view, world, complain);
  const kind = SUBJECTS.find((key) => test[key] !== undefined);
  if (kind === undefined || kind === 'view' || test.expect === undefined) return undefined;
  const found = findTarget(test, kind, world);
  if ('message' in found) return complain([kind], found.message);
  const { face = 'http', endpoint = '/mcp', era = 'modern', ...hints } = test.via ?? {};
  return {
    kind: 'decision',
    target: found.target,
    args: kind === 'model' ? { model: test.model ?? '', ...test.args } : (test.args ?? {}),
    call: withoutAbsent<CallFacts>({ face, endpoint, era, ...hints }),
    now: Date.parse(test.at ?? DEFAULT_TIME),
    expect: test.expect,
    ...(test.because !== undefined && { because: test.because }),
    ...(test.obligations !== undefined && { obligations: withoutAbsent<Obligations>(test.obligations) }),
  };
}

function toViewBody(
  view: NonNullable<PolicyTest['view']>,
  { catalog }: TestWorld,
  complain: Complain,
): Body | undefined {
  const listed = (member: 'shows' | 'hides'): NamedTarget[] =>
    (view[member] ?? []).flatMap((name, index) => {
      const found = findListed(name, catalog);
      if (Array.isArray(found)) return found;
      complain(['view', member, index], found.message);
      return [];
    });
  const narrows = Object.entries(view.narrows ?? {}).flatMap(([name, expected]): ExpectedNarrowing[] => {
    const found = findTool(name, undefined, catalog);
    if ('message' in found) {
      complain(['view', 'narrows', name], found.message, 'key');
      return [];
    }
    const { tool } = found.target;
    return Object.entries(expected).map(([argument, keywords]) => ({
      name,
      tool,
      path: argument === '' ? [] : argument.startsWith('/') ? fromPointer(argument) : [argument],
      keywords,
    }));
  });
  return { kind: 'view', shows: listed('shows'), hides: listed('hides'), narrows };
}

function findCallers(
  as: PolicyTest['as'],
  principals: ReadonlyMap<string, Principal>,
  complain: Complain,
): { readonly as: string; readonly principal: Principal }[] {
  const each = Array.isArray(as) ? as : [as];
  return each.flatMap((one, index) => {
    if (typeof one !== 'string') {
      const name = one.subject ?? describePrincipal(one);
      return [{ as: name, principal: toPrincipal(name, one) }];
    }
    const principal = principals.get(one);
    if (principal) return [{ as: one, principal }];
    complain(['as', index], unknownName('no principal', one, [...principals.keys()]));
    return [];
  });
}

function toPrincipal(name: string, { subject = name, ...settings }: TestPrincipal): Principal {
  return withoutAbsent<Principal>({ subject, ...settings });
}

/** `groups developers`: what tells a principal without a name from others. */
function describePrincipal({ groups, scopes, team }: TestPrincipal): string {
  const parts = [
    ...(groups.length > 0 ? [`groups ${groups.join(', ')}`] : []),
    ...(scopes.length > 0 ? [`scopes ${scopes.join(', ')}`] : []),
    ...(team === undefined ? [] : [`team ${team}`]),
  ];
  return parts.join('; ') || 'somebody';
}

function describeTest(test: PolicyTest): string {
  const kind = SUBJECTS.find((key) => test[key] !== undefined) ?? 'call';
  if (kind === 'view') return 'what is seen';
  const args = test.args === undefined ? '' : ` ${brief(JSON.stringify(test.args))}`;
  return `${test.expect} ${kind === 'call' ? '' : `${kind} `}${test[kind]}${args}`;
}

function brief(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function unknownName(what: string, name: string, known: readonly string[]): string {
  const near = suggest(name, known);
  return `there is ${what} \`${name}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}

function withoutAbsent<T>(members: { readonly [K in keyof T]?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
