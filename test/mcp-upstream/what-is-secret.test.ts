import { describe, expect, test } from 'vitest';
import { startModernServer } from './modern-wire.ts';
import { call, fixture, nodeCommand, startUpstream, textOf } from './support.ts';

const asBase64 = (text: string): string => Buffer.from(text).toString('base64');

/** What of some texts comes back from a server with these headers. */
const returned = async (
  text: string,
  headers: Record<string, string>,
  secrets: string[] = [],
  query = '',
): Promise<string> => {
  const { url } = await startModernServer({
    'tools/call': () => ({ content: [{ type: 'text', text }] }),
  });
  return textOf(await call(startUpstream({ url: `${url}${query}`, headers }, { secrets }), 'run'));
};
const fromChild = async (
  text: string,
  env: Record<string, string>,
  secrets: string[],
  args: string[] = [],
): Promise<string> => {
  const command = nodeCommand(fixture('telling-child.ts'), ...args);
  return textOf(await call(startUpstream({ command, env }, { secrets }), 'say', { text }));
};

describe('what counts as a credential', () => {
  test.for<[string, Record<string, string>, string, string]>([
    ['a bearer token', { Authorization: 'Bearer canaryliteral' }, 'is canaryliteral', 'is ***'],
    ['a key', { 'X-Api-Key': 'canaryliteral' }, 'is canaryliteral', 'is ***'],
    ['a cookie', { Cookie: 'theme=darkness; sid=canary-1' }, 'darkness canary-1', 'darkness ***'],
    [
      'a password',
      { Authorization: `Basic ${asBase64('me:canary pass')}` },
      `${asBase64('me:canary pass')} canary pass`,
      '*** ***',
    ],
    ['what looks random', { 'X-Consumer': 'canary0123456789abc' }, 'canary0123456789abc', '***'],
  ])('%s in a header, though it stands in the file', async ([, headers, text, expected]) => {
    expect(await returned(text, headers)).toBe(expected);
  });

  test('a key in the query of the URL', async () => {
    expect(await returned('canaryliteral', {}, [], '?api_key=canaryliteral')).toBe('***');
  });

  test('but not headers that say how to answer', async () => {
    const headers = {
      'X-MCP-Toolsets': 'issues,repos',
      'X-Api-Version': '2024-11-01',
      'X-Author': 'somebody',
    };
    const text = 'issues,repos of 2024-11-01 by somebody';
    expect(await returned(text, headers)).toBe(text);
  });

  test('what a reference brought into a header of any name', async () => {
    expect(await returned('the canary-tenant', { 'X-Tenant': 'canary-tenant1' }, ['canary-tenant1'])).toBe(
      'the canary-tenant',
    );
    expect(await returned('the canary-tenant1', { 'X-Tenant': 'canary-tenant1' }, ['canary-tenant1'])).toBe(
      'the ***',
    );
  });

  test('what a reference brought into a variable or an argument of a program', async () => {
    const secret = 'canary-secret-9';
    expect(await fromChild(secret, { URL: `db://me:${secret}@host` }, [secret])).toBe('***');
    expect(await fromChild(secret, {}, [secret], ['--token', secret])).toBe('***');
    expect(await fromChild('hunterhunter', { DB_PASSWORD: 'hunterhunter' }, ['hunterhunter'])).toBe('***');
  });

  test('but not a path of this machine, plain words, or what other sources were given', async () => {
    const folder = import.meta.dirname;
    expect(await fromChild(folder, { ROOT_KEYS: folder }, [folder])).toBe(folder);
    expect(await fromChild('production', { STAGE: 'production' }, ['production'])).toBe('production');
    expect(await fromChild('canary-secret-9', {}, ['canary-secret-9'])).toBe('canary-secret-9');
    expect(await returned('canary-secret-9', {}, ['canary-secret-9'])).toBe('canary-secret-9');
  });

  test('also inside the base64 that the server made of it', async () => {
    const token = 'canary-Token/1+2';
    for (const user of ['a', 'ab', 'abc']) {
      const answer = await returned(
        `Basic ${asBase64(`${user}:${token}!`)}`,
        { Authorization: `Bearer ${token}` },
        [token],
      );
      expect(answer).toContain('***');
      expect(Buffer.from(answer.slice('Basic '.length), 'base64').toString()).not.toContain(
        token.slice(2, -2),
      );
    }
  });
});
