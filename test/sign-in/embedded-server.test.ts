import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { KEY, READER_KEY, startEmbedded } from './support/embedded.ts';
import { connect, createOAuth, KINDS } from './support/oauth-client.ts';
import { createPerson } from './support/person.ts';

afterEach(() => void vi.useRealTimers());

const WAYS = [
  {
    way: 'with a key',
    login: { keys: true },
    answers: { key: KEY },
    subject: 'keyholder',
  },
  {
    way: 'at the provider of their enterprise',
    login: { provider: true },
    answers: { login: 'ann', password: 'any' },
    subject: 'ann',
  },
] as const;

test.each(WAYS.flatMap((way) => KINDS.map((kind) => ({ kind, ...way }))))(
  'a client of the SDK ($kind) registers itself, lets its user sign in to Bailiwick $way, and works at both endpoints',
  async ({ kind, login, answers, subject }) => {
    const { gateway, api } = await startEmbedded({ login });
    const person = createPerson(answers);
    const oauth = createOAuth({ person, name: 'Claude' });
    const all = await connect(kind, gateway.endpoint, oauth);
    onTestFinished(() => all.close());
    expect(await all.names()).toContain('notes_list_notes');
    expect(await all.call('notes_list_notes')).toContain('/notes');

    const one = await connect(kind, `${gateway.endpoint}/notes`, oauth);
    onTestFinished(() => one.close());
    expect(await one.names()).toContain('list_notes');
    expect(oauth.state.opened).toHaveLength(1);
    expect(oauth.state.opened[0]?.searchParams.get('resource')).toBe(gateway.endpoint);
    const consent = person.pages.findLast(({ html }) => html.includes('Allow'))?.html ?? '';
    expect(consent).toContain('Let Claude act for you?');
    expect(consent).toContain('Read notes');
    expect(consent).toContain(subject);
    expect(JSON.stringify(api.received)).not.toContain(oauth.state.tokens?.access_token);

    await gateway.close();
    const subjects = (await gateway.calls()).map(({ principal }) => principal?.subject);
    expect(new Set(subjects.filter((name) => name !== undefined))).toEqual(new Set([subject]));
  },
);

test.each(KINDS)('a token of Bailiwick that ran out is renewed without a browser (%s)', async (kind) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { gateway } = await startEmbedded({ login: { keys: true } });
  const oauth = createOAuth({ person: createPerson({ key: KEY }) });
  const client = await connect(kind, gateway.endpoint, oauth);
  onTestFinished(() => client.close());
  expect(await client.names()).toContain('notes_list_notes');
  const first = oauth.state.tokens?.access_token;
  vi.setSystemTime(Date.now() + 3_700_000);
  expect(await client.call('notes_list_notes')).toContain('/notes');
  expect(oauth.state.tokens?.access_token).not.toBe(first);
  expect(oauth.state.opened).toHaveLength(1);
});

test('where a call needs one more scope the user is asked for that one as well', async () => {
  const { gateway } = await startEmbedded({
    login: { keys: true },
    visibility: 'step-up',
    resource: { firstScopes: ['notes:read'] },
  });
  const person = createPerson({ key: KEY });
  const client = await connect(
    'v2, 2026-07-28',
    gateway.endpoint,
    createOAuth({ person, client: { client_id: 'desk', issuer: gateway.url } }),
  );
  onTestFinished(() => client.close());
  expect(person.pages.at(-1)?.html).not.toContain('Write and delete notes');
  expect(await client.call('notes_create_note', { text: 'hello' })).not.toContain('Unknown tool');
  expect(person.pages.at(-1)?.html).toContain('Write and delete notes');
});

test.each([
  ['with a key', { keys: true }, { key: READER_KEY }],
  ['at the provider of their enterprise', { provider: true }, { login: 'bob', password: 'any' }],
])(
  'what no scope opens that its person could get does not exist for a program (%s)',
  async (_way, login, answers) => {
    const { gateway } = await startEmbedded({ login, visibility: 'step-up' });
    const oauth = createOAuth({ person: createPerson(answers) });
    const client = await connect('v2, 2026-07-28', gateway.endpoint, oauth);
    onTestFinished(() => client.close());
    for (const name of ['notes_create_note', 'notes_absent_note']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await expect(client.call(name, { text: 'hello' })).rejects.toThrow(`Unknown tool: ${name}`);
    }
    expect(oauth.state.opened).toHaveLength(1);
  },
);
