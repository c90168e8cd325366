import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { digestOf } from '../../src/catalog/canonical.ts';
import { fixture, principalOf, issuerOf } from './principals.ts';

const TENANT = '9f3a1c52-5d0e-4c8b-9c37-2b6f0a9d1e44';
const ADA = '5d8f6a3e-02b1-4c7d-8e9f-a0b1c2d3e4f5';
const GROUPS = ['0a7d0f0e-6a5f-4f0e-9d0e-3f1f5b3a7c11', 'b7e0a2f4-1d0c-4a53-9f7e-6c2d8b9a0e11'];
const BOT = '77e1c0aa-3b52-49d6-8f04-5a6b7c8d9e0f';

const providers = [
  {
    token: 'entra-v1-user',
    preset: 'entra',
    principal: {
      issuer: `https://sts.windows.net/${TENANT}/`,
      subject: ADA,
      scopes: ['Tickets.Read', 'Tickets.Write'],
      groups: [...GROUPS, 'Tickets.Approver'].toSorted(),
      client: '3c1d9a0e-7f42-4b58-8a33-0d6b5f1e2c70',
      claims: {
        acct: 0,
        appid: '3c1d9a0e-7f42-4b58-8a33-0d6b5f1e2c70',
        family_name: 'Lovelace',
        given_name: 'Ada',
        name: 'Ada Lovelace',
        oid: ADA,
        tid: TENANT,
        unique_name: 'ada@contoso.example',
        upn: 'ada@contoso.example',
        ver: '1.0',
      },
    },
  },
  {
    token: 'entra-v2-user',
    preset: 'entra',
    principal: {
      issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      subject: ADA,
      scopes: ['Tickets.Read', 'Tickets.Write'],
      groups: [...GROUPS, 'Tickets.Approver'].toSorted(),
      client: '3c1d9a0e-7f42-4b58-8a33-0d6b5f1e2c70',
      claims: {
        azp: '3c1d9a0e-7f42-4b58-8a33-0d6b5f1e2c70',
        name: 'Ada Lovelace',
        oid: ADA,
        preferred_username: 'ada@contoso.example',
        tid: TENANT,
        ver: '2.0',
      },
    },
  },
  {
    token: 'entra-v2-app',
    preset: 'entra',
    principal: {
      issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      subject: BOT,
      scopes: ['Tickets.Read.All'],
      groups: [],
      client: 'c90b1d77-4e5a-4f3b-b2a8-91e6d0f7a3c2',
      claims: {
        azp: 'c90b1d77-4e5a-4f3b-b2a8-91e6d0f7a3c2',
        idtyp: 'app',
        oid: BOT,
        tid: TENANT,
        ver: '2.0',
      },
    },
  },
  {
    token: 'entra-v1-app',
    preset: 'entra',
    principal: {
      issuer: `https://sts.windows.net/${TENANT}/`,
      subject: BOT,
      scopes: ['Tickets.Read.All'],
      groups: [],
      client: 'c90b1d77-4e5a-4f3b-b2a8-91e6d0f7a3c2',
      claims: {
        appid: 'c90b1d77-4e5a-4f3b-b2a8-91e6d0f7a3c2',
        idp: `https://sts.windows.net/${TENANT}/`,
        oid: BOT,
        tid: TENANT,
        ver: '1.0',
      },
    },
  },
  {
    token: 'okta-user',
    preset: 'okta',
    principal: {
      issuer: 'https://example.okta.com/oauth2/ausoeqp5rz65WcMxk1d6',
      subject: 'ada@example.com',
      scopes: ['openid', 'tickets.read', 'tickets.write'],
      groups: ['Everyone', 'Support'],
      client: '0oa5nrl8kRt2Zf1pV5d6',
      claims: { ver: 1, cid: '0oa5nrl8kRt2Zf1pV5d6', uid: '00u5ukznsk55ta28V5d6' },
    },
  },
  {
    token: 'okta-app',
    preset: 'okta',
    principal: {
      issuer: 'https://example.okta.com/oauth2/ausoeqp5rz65WcMxk1d6',
      subject: '0oa9wqm2hJd7Tc4xN5d6',
      scopes: ['tickets.read'],
      groups: [],
      client: '0oa9wqm2hJd7Tc4xN5d6',
      claims: { ver: 1, cid: '0oa9wqm2hJd7Tc4xN5d6' },
    },
  },
  {
    token: 'keycloak-user',
    preset: 'keycloak',
    principal: {
      issuer: 'https://keycloak.example.com/realms/contoso',
      subject: '1f6c5d2a-93b4-4b9e-8e70-3c2a1d0b9f88',
      scopes: ['email', 'openid', 'profile', 'tickets:read'],
      groups: [
        '/team-a',
        '/team-a/on-call',
        'default-roles-contoso',
        'offline_access',
        'support',
        'ticket-approver',
        'uma_authorization',
      ],
      client: 'claude',
      claims: {
        azp: 'claude',
        email: 'ada@example.com',
        email_verified: true,
        family_name: 'Lovelace',
        given_name: 'Ada',
        name: 'Ada Lovelace',
        preferred_username: 'ada',
      },
    },
  },
  {
    token: 'keycloak-service-account',
    preset: 'keycloak',
    principal: {
      issuer: 'https://keycloak.example.com/realms/contoso',
      subject: 'c7a9e1d3-5b2f-4d86-9e0a-8f7b6c5d4e3a',
      scopes: ['tickets:read'],
      groups: ['default-roles-contoso', 'offline_access', 'uma_authorization'],
      client: 'ticket-bot',
      claims: {
        azp: 'ticket-bot',
        client_id: 'ticket-bot',
        email_verified: false,
        preferred_username: 'service-account-ticket-bot',
      },
    },
  },
  {
    token: 'google-id-token',
    preset: 'google',
    principal: {
      issuer: 'https://accounts.google.com',
      subject: '110169484474386276334',
      scopes: [],
      groups: [],
      client: '1234987819200-desktop.apps.googleusercontent.com',
      claims: {
        azp: '1234987819200-desktop.apps.googleusercontent.com',
        email: 'ada@example.com',
        email_verified: true,
        family_name: 'Lovelace',
        given_name: 'Ada',
        hd: 'example.com',
        name: 'Ada Lovelace',
      },
    },
  },
  {
    token: 'kubernetes-pod',
    preset: 'kubernetes',
    principal: {
      issuer: 'https://kubernetes.default.svc.cluster.local',
      subject: 'system:serviceaccount:team-a:agent',
      scopes: [],
      groups: ['system:authenticated', 'system:serviceaccounts', 'system:serviceaccounts:team-a'],
      claims: {
        namespace: 'team-a',
        serviceAccount: 'agent',
        serviceAccountUid: 'e6a8680e-d103-4cce-80ea-03acbbeacf7d',
      },
    },
  },
] as const;

describe('what each provider says becomes a principal', () => {
  test.for(providers)('$token', async ({ token, preset, principal }) => {
    const claims = await fixture(token);
    expect(await principalOf(claims, { preset })).toEqual(principal);
  });
});

/** What is another in the next token of the same caller, or may be. */
const NEXT: JsonObject = JSON.parse(`{
  "iat": 1763640600, "nbf": 1763640600, "exp": 1763644200, "jti": "next", "auth_time": 1763640590, "nonce": "next",
  "sid": "next", "session_state": "next", "at_hash": "next", "acr": "0", "amr": ["pwd"], "updated_at": 2,
  "uti": "next", "aio": "next", "rh": "next", "ipaddr": "203.0.113.18", "xms_ftd": "next", "xms_idrel": "next",
  "picture": "https://lh3.googleusercontent.com/a/other", "clientHost": "10.0.4.8", "clientAddress": "10.0.4.8",
  "allowed-origins": ["https://other.example.com"]
}`) as JsonObject;

test.for(providers)('the next token of a caller is the same principal: $token', async ({ token, preset }) => {
  const claims = await fixture(token);
  const others = Object.entries(NEXT).filter(([name]) => Object.hasOwn(claims, name));
  const later: JsonObject = { ...claims, ...Object.fromEntries(others) };
  for (const [name, value] of Object.entries(later)) {
    if (Array.isArray(value) && name !== 'aud') later[name] = value.toReversed();
    if (typeof value === 'string' && name.startsWith('sc'))
      later[name] = value.split(' ').toReversed().join(' ');
  }
  if (preset === 'kubernetes') {
    later['kubernetes.io'] = {
      ...(claims['kubernetes.io'] as JsonObject),
      pod: { name: 'agent-6c9d7-other', uid: 'other' },
    };
  }
  const [before, after] = [await principalOf(claims, { preset }), await principalOf(later, { preset })];
  expect(digestOf(after)).toBe(digestOf(before));
});

test('the app roles of a user are groups, not scopes: a program gets no more than its user let it do', async () => {
  const claims = await fixture('entra-v2-user');
  const { scp: _, ...withoutScopes } = claims;
  const principal = await principalOf(withoutScopes, { preset: 'entra' });
  expect(principal.scopes).toEqual([]);
  expect(principal.groups).toContain('Tickets.Approver');
});

describe('a token that is none of a service account is refused where those are expected', () => {
  test.for([
    { what: 'a user', claims: { sub: 'system:admin' } },
    { what: 'a name that leads elsewhere', claims: { sub: 'system:serviceaccount:team-a:agent:x' } },
    { what: 'a number', claims: { sub: 7 } },
    { what: 'another namespace inside', claims: { 'kubernetes.io': { namespace: 'team-b' } } },
    { what: 'another account inside', claims: { 'kubernetes.io': { serviceaccount: { name: 'root' } } } },
  ])('$what', async ({ claims }) => {
    const token = { ...(await fixture('kubernetes-pod')), ...claims } as JsonObject;
    await expect(principalOf(token, { preset: 'kubernetes' })).rejects.toMatchObject({
      cause: { fault: 'claims' },
    });
  });
});

test('the issuer of a principal is the one that configuration names', async () => {
  const claims = { ...(await fixture('okta-user')), iss: 'https://other.example.com' };
  const principal = await principalOf(claims, issuerOf('https://example.okta.com', { preset: 'okta' }));
  expect(principal.issuer).toBe('https://example.okta.com');
});
