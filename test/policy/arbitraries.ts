import * as fc from 'fast-check';
import type { Target } from '../../src/catalog/entries.ts';
import { ACCESS } from '../../src/catalog/tool.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { createPolicySet, type PolicySet } from '../../src/policy/policy-set.ts';
import type { Rule, What, Who } from '../../src/policy/rule.ts';
import { tool } from './fixtures.ts';

// Small alphabets, so that rules and targets meet often.
const SCOPES = ['s1', 's2', 's3', 's4'];
const GROUPS = ['g1', 'g2'];
const TEAMS = ['red', 'blue'];
const SUBJECTS = ['ann', 'bob'];
const ISSUERS = ['config', 'local'];
const CLIENTS = ['ide', 'bot'];
const SOURCES = ['one', 'two'];
const NAMES = ['get_ticket', 'get_user', 'delete_ticket', 'list', ''];
const NAME_GLOBS = [...NAMES.slice(0, 4), '*', 'get_*', '*_ticket', '*t*t*', 'g*t'];
const PATHS = ['/tickets', '/tickets/{id}', '/users/{id}'];
const PATH_GLOBS = [...PATHS, '/tickets*', '/*/{id}', '*'];
const URIS = ['file:///a', 'file:///a/b', 'demo://x'];
const URI_GLOBS = [...URIS, 'file:///*', '*b', '*'];
const CLAIM_VALUES = ['eu', 1, true, '1'];

const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });

const any = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values]);

export const principals: fc.Arbitrary<Principal> = fc.record(
  {
    issuer: fc.constantFrom(...ISSUERS),
    subject: fc.constantFrom(...SUBJECTS),
    scopes: any(SCOPES),
    groups: any(GROUPS),
    team: fc.constantFrom(...TEAMS),
    client: fc.constantFrom(...CLIENTS),
    claims: fc.dictionary(
      fc.constantFrom('region', 'level'),
      fc.oneof(
        fc.constantFrom(...CLAIM_VALUES),
        any(CLAIM_VALUES),
        fc.constant(null),
        fc.constant({ eu: 'eu' }),
      ),
    ),
  },
  { requiredKeys: ['issuer', 'subject', 'scopes', 'groups', 'claims'] },
);

export const targets: fc.Arbitrary<Target> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({
        source: fc.constantFrom(...SOURCES),
        name: fc.constantFrom(...NAMES),
        access: fc.constantFrom(...ACCESS),
        attributes: fc.record(
          {
            tags: any(['t1', 't2']),
            method: fc.constantFrom('GET', 'DELETE'),
            path: fc.constantFrom(...PATHS),
          },
          { requiredKeys: [] },
        ),
      })
      .map(({ source, name, access, attributes }): Target => ({
        kind: 'tool',
        tool: tool(source, name, access, attributes),
      })),
  },
  fc.record({
    kind: fc.constant('resource' as const),
    source: fc.constantFrom(...SOURCES),
    uri: fc.constantFrom(...URIS),
  }),
  fc.record({
    kind: fc.constant('prompt' as const),
    source: fc.constantFrom(...SOURCES),
    name: fc.constantFrom(...NAMES),
  }),
);

const who: fc.Arbitrary<Who> = pick<Who>({
  scopes: some(SCOPES),
  groups: some(GROUPS),
  team: some(TEAMS),
  subject: some(SUBJECTS),
  client: some(CLIENTS),
  issuer: some(ISSUERS),
  claims: fc.dictionary(fc.constantFrom('region', 'level', 'constructor'), some(CLAIM_VALUES), {
    minKeys: 1,
    maxKeys: 2,
  }),
});

/** Any combination, those that the schema refuses included: an evaluator must be right without its doorman. */
const what: fc.Arbitrary<What> = pick<What>({
  source: some(SOURCES),
  access: some(ACCESS),
  tool: some(NAME_GLOBS),
  tag: some(['t1', 't2', 't3']),
  method: some(['GET', 'DELETE']),
  path: some(PATH_GLOBS),
  resource: some(URI_GLOBS),
  prompt: some(NAME_GLOBS),
  model: some(NAME_GLOBS),
});

/** At most three of the members, since selectors with more rarely match anything. */
function pick<T extends object>(members: {
  [K in keyof T]-?: fc.Arbitrary<NonNullable<T[K]>>;
}): fc.Arbitrary<T> {
  return fc
    .tuple(fc.record(members), fc.subarray(Object.keys(members), { maxLength: 3 }))
    .map(([value, kept]) => {
      const entries = Object.entries(value).filter(([key]) => kept.includes(key));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all members of both selectors are optional
      return Object.fromEntries(entries) as T;
    });
}

export const ruleBodies: fc.Arbitrary<Omit<Rule, 'id'>> = fc.record(
  {
    effect: fc.constantFrom('permit' as const, 'permit' as const, 'approve' as const, 'deny' as const),
    who: who,
    what: fc.array(what, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['effect'] },
);

export const rules: fc.Arbitrary<Rule[]> = fc
  .array(ruleBodies, { maxLength: 8 })
  .map((bodies) => bodies.map((body, index) => ({ id: `p/r${index}`, ...body })));

export function policySetOf(given: readonly Rule[]): PolicySet {
  return createPolicySet(
    given.map((rule) => ({ ...rule, positionOf: () => ({ file: 'p', line: 1, column: 1 }) })),
  );
}

export const ALL_SCOPES: readonly string[] = SCOPES;
