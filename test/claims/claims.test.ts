import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { principalKey } from '../../src/gateway/snapshot.ts';
import { faultOf } from '../../src/identity/unauthenticated.ts';
import type { Step } from '../../src/identity/trace.ts';
import { principalOf } from './principals.ts';

const ALICE: JsonObject = { sub: 'alice' };

describe('a claim is found by its whole name first, and by what lies inside it else', () => {
  test.for<[path: string, claims: JsonObject, groups: string[]]>([
    ['groups', { groups: ['a', 'b', 'a'] }, ['a', 'b']],
    ['groups', { groups: 'one group' }, ['one group']],
    ['groups', {}, []],
    ['groups', { groups: null }, []],
    ['realm_access.roles', { realm_access: { roles: ['a'] } }, ['a']],
    ['https://example.com/groups', { 'https://example.com/groups': ['a'] }, ['a']],
    ['https://example.com/o.groups', { 'https://example.com/o': { groups: ['a'] } }, ['a']],
    ['resource_access.my.client.roles', { resource_access: { 'my.client': { roles: ['a'] } } }, ['a']],
    ['a.b', { 'a.b': ['outer'], a: { b: ['inner'] } }, ['outer']],
    ['a.b.c', { 'a.b': {}, a: { 'b.c': ['never'] } }, []],
    ['a.length', { a: ['x'] }, []],
    ['toString', {}, []],
    ['a.constructor.name', { a: {} }, []],
  ])('%s in %j', async ([groups, claims, expected]) => {
    expect((await principalOf({ ...ALICE, ...claims }, { claims: { groups } })).groups).toEqual(expected);
  });
});

test('scopes are read of texts with spaces and of lists, of all claims that are named', async () => {
  const claims = { ...ALICE, scope: 'b  a ', scp: ['c', 'a'], roles: ['Read All'] };
  const principal = await principalOf(claims, { claims: { scopes: ['scope', 'scp', 'roles'] } });
  expect(principal.scopes).toEqual(['Read All', 'a', 'b', 'c']);
});

test('client and team are the first claim that is there', async () => {
  const settings = { claims: { client: ['appid', 'azp'], team: ['team', 'department'] } };
  const principal = await principalOf({ ...ALICE, azp: 'claude', appid: null, department: 'care' }, settings);
  expect(principal).toMatchObject({ client: 'claude', team: 'care' });
});

test('groups can have other names, and a prefix that keeps two issuers apart', async () => {
  const claims = { ...ALICE, groups: ['0a7d', '/team-a', 'sre'] };
  const groupNames = { '0a7d': 'sre' };
  expect((await principalOf(claims, { claims: { groupNames, groupPrefix: 'okta:' } })).groups).toEqual([
    'okta:/team-a',
    'okta:sre',
    'sre',
  ]);
});

describe('policies may ask for', () => {
  const claims = { ...ALICE, jti: '1', acr: '2', email: 'a@example.com', org: { unit: 'care' } };
  test('all claims that are the same in each token', async () => {
    expect((await principalOf(claims, {})).claims).toEqual({
      email: 'a@example.com',
      org: { unit: 'care' },
    });
  });
  test('those that configuration names, under these names', async () => {
    const keep = ['org.unit', 'acr', 'absent'];
    expect((await principalOf(claims, { claims: { keep } })).claims).toEqual({
      'org.unit': 'care',
      acr: '2',
    });
  });
});

describe('`require` lets pass only what has one of the values', () => {
  test.for<[require: object, claims: JsonObject, passes: boolean]>([
    [{ hd: 'example.com' }, { hd: 'example.com' }, true],
    [{ hd: 'example.com' }, { hd: 'example.org' }, false],
    [{ hd: 'example.com' }, {}, false],
    [{ hd: ['a.example', 'b.example'] }, { hd: 'b.example' }, true],
    [{ amr: 'mfa' }, { amr: ['pwd', 'mfa'] }, true],
    [{ email_verified: true }, { email_verified: 'true' }, false],
    [{ level: 1 }, { level: '1' }, false],
    [{ 'org.unit': 'care' }, { org: { unit: 'care' } }, true],
    [{ hd: 'example.com' }, { hd: { 'example.com': true } }, false],
    [{ toString: 'x' }, {}, false],
  ])('%j of %j: %s', async ([require, claims, passes]) => {
    const outcome = principalOf({ ...ALICE, ...claims }, { require }).then(
      () => true,
      (error: unknown) => faultOf(error) !== 'claims',
    );
    expect(await outcome).toBe(passes);
  });
});

describe('who acts for whom', () => {
  test('is a chain, the nearest actor outermost', async () => {
    const act = {
      sub: 'agent',
      iss: 'https://login.example.com',
      client_id: 'claude',
      exp: 1,
      act: { client_id: 'scheduler' },
    };
    expect((await principalOf({ ...ALICE, act }, {})).act).toEqual({
      subject: 'agent',
      issuer: 'https://login.example.com',
      client: 'claude',
      act: { subject: 'scheduler', client: 'scheduler' },
    });
  });
  test('makes another caller of the same person', async () => {
    const acts = [undefined, { sub: 'agent' }, { sub: 'other' }, { sub: 'agent', act: { sub: 'other' } }];
    const principals = acts.map((act) => principalOf({ ...ALICE, ...(act && { act }) }, {}));
    const keys = (await Promise.all(principals)).map((principal) => principalKey(principal));
    expect(new Set(keys).size).toBe(acts.length);
  });
  test('is refused where the chain has no end', async () => {
    let act: JsonObject = { sub: 'last' };
    for (let depth = 0; depth < 8; depth += 1) act = { sub: `actor ${depth}`, act };
    await expect(principalOf({ ...ALICE, act }, {})).rejects.toMatchObject({
      cause: { fault: 'claims', message: 'the claim "act" names more than 8 that act one for another' },
    });
  });
});

describe('a token is refused, with the reason, whose', () => {
  let deep: JsonObject[] = [];
  for (let depth = 0; depth < 5_000; depth += 1) deep = [{ deep }];
  test.for<[what: string, claims: JsonObject, reason: string]>([
    ['subject is absent', { sub: null }, 'the token has no claim "sub", which names the subject'],
    ['subject is a number', { sub: 7 }, 'the claim "sub" is a number; it has to be a text'],
    ['subject is a list', { sub: ['alice'] }, 'the claim "sub" is a list'],
    ['subject is empty', { sub: '' }, 'the claim "sub" is empty'],
    ['subject is blank', { sub: '  ' }, 'the claim "sub" is empty'],
    ['subject ends with a space', { sub: 'alice ' }, 'begins or ends with a space'],
    ['subject breaks lines', { sub: 'alice\nroot' }, 'characters that are not printable'],
    ['subject is written backwards', { sub: 'bob\u202Enimda' }, 'characters that are not printable'],
    ['group is set apart', { groups: ['a\u2066b'] }, 'characters that are not printable'],
    ['subject is half a character', { sub: 'a\uD800' }, 'characters that are not printable'],
    ['subject is endless', { sub: 'a'.repeat(600) }, 'a text of 600 characters; the limit is 512'],
    ['groups hold a number', { groups: ['a', 1] }, 'the claim "groups" is a number'],
    ['groups hold a list', { groups: [['a']] }, 'the claim "groups" is a list'],
    ['groups are an object', { groups: { a: true } }, 'is an object; it has to be a text or a list'],
    ['groups are true', { groups: true }, 'is a boolean; it has to be a text or a list'],
    ['groups are too many', { groups: Array.from({ length: 2_001 }, String) }, 'has 2001 "groups"'],
    ['scopes are too many', { scope: 'a '.repeat(2_001) }, 'has 2001 "scope"; the limit is 2000'],
    ['scopes hold null', { scope: [null] }, 'the claim "scope" is null'],
    ['client is an object', { client_id: {} }, 'the claim "client_id" is an object'],
    ['actor is a text', { act: 'agent' }, 'the claim "act" is a text; it has to be an object'],
    ['actor has no name', { act: {} }, 'does not say in `sub` who acts'],
    ['actor is a number', { act: { sub: 1 } }, 'the claim "act.sub" is a number'],
    ['claims have no bottom', { deep }, 'the claims nest deeper than 16 levels'],
    ['claims would be a prototype', JSON.parse('{"a":[{"__proto__":{"sub":"root"}}]}'), 'a claim is called'],
  ])('%s', async ([, claims, reason]) => {
    await expect(principalOf({ ...ALICE, ...claims }, {})).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.not.stringContaining('claim') as string,
      cause: { fault: 'claims', message: expect.stringContaining(reason) as string },
    });
  });
});

test('whatever a token says, it names somebody or is refused as a bad token', async () => {
  const names = fc.constantFrom('sub', 'scope', 'groups', 'act', 'client_id', 'a.b', '__proto__', 'iss');
  const token = fc.dictionary(fc.oneof(names, fc.string()), fc.jsonValue({ maxDepth: 4 }));
  await fc.assert(
    fc.asyncProperty(token, fc.boolean(), async (claims, isNamed) => {
      const all = { ...JSON.parse(JSON.stringify(claims)), ...(isNamed && ALICE) } as JsonObject;
      const outcome = await principalOf(all, { issuer: 'https://login.example.com', audience: 'a' }).then(
        (principal) =>
          typeof principal.subject === 'string' && principal.scopes.every((scope) => scope !== ''),
        (error: unknown) => faultOf(error) === 'claims',
      );
      expect(outcome).toBe(true);
      expect(({} as JsonObject)['sub']).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});

test('each principal is told as a step, and so is why there is none', async () => {
  const steps: Step[] = [];
  const trace = (step: Step): void => void steps.push(step);
  await principalOf({ ...ALICE, scope: 'a b', azp: 'claude', act: { sub: 'agent' } }, {}, { trace });
  await principalOf({ sub: 1 }, {}, { trace }).catch(() => {});
  expect(steps).toEqual([
    {
      name: 'claims',
      ok: true,
      detail: 'subject "alice", 2 scopes, 0 groups, client "claude", "agent" acts for it',
    },
    { name: 'claims', ok: false, detail: 'the claim "sub" is a number; it has to be a text' },
  ]);
});
