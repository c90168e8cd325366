import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRevocationDesk } from '../../src/identity/revocations/stored-revocations.ts';
import { INITIALIZE } from '../support/raw-http.ts';
import { legacy, modern, toMessage } from './send.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const open = async (authorization: string): Promise<string> => {
  const { headers } = await world.ask(authorization, toMessage(INITIALIZE));
  return String(headers['mcp-session-id']);
};

const read = ['notes:read'];
const write = ['notes:read', 'notes:write'];

/** A standing stream: what came on it so far, and when it ended. */
interface Stream {
  readonly text: () => string;
  readonly ended: Promise<void>;
  /** Resolves once this is on the stream. */
  until(part: string): Promise<void>;
}

const nothing = (): void => {};

const follow = async (response: Response): Promise<Stream> => {
  expect(response.status).toBe(200);
  let text = '';
  let tell = nothing;
  const decoder = new TextDecoder();
  const ended = (async () => {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      tell();
    }
  })().catch(() => {});
  return {
    text: () => text,
    ended,
    async until(part) {
      while (!text.includes(part)) await new Promise<void>((resolve) => (tell = resolve));
    },
  };
};

const ERAS = {
  legacy: async (authorization: string): Promise<Stream> => {
    const session = await open(authorization);
    const headers = { accept: 'text/event-stream', authorization, 'mcp-session-id': session };
    return follow(await fetch(world.gateway.endpoint, { headers }));
  },
  modern: async (authorization: string): Promise<Stream> => {
    const { headers, body } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const stream = await follow(
      await fetch(world.gateway.endpoint, {
        method: 'POST',
        headers: { ...headers, authorization },
        body,
      }),
    );
    await stream.until('acknowledged');
    return stream;
  },
};

describe.each(Object.entries(ERAS))('a standing stream (%s)', (_, start) => {
  test('ends when the token expires that it was asked for with', async () => {
    const token = await world.tokenOf('dana', read);
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      exp: number;
    };
    const others = await world.tokenOf('dana', read, { exp: exp + 3600 });
    world.stopClock(exp * 1000 - 50);
    const stream = await start(token);
    const longer = await start(others);
    world.stopClock(exp * 1000);
    await stream.ended;
    await expect(Promise.race([longer.ended, Promise.resolve('open')])).resolves.toBe('open');
  });

  test('ends when the subject is revoked, and nobody else’s does', async () => {
    const stream = await start(await world.tokenOf('dana', read));
    const others = await start(await world.tokenOf('omar', read));
    const at = world.now();
    await createRevocationDesk(world.gateway.app.store, world.now).revoke({
      issuer: world.issuer.url,
      subject: 'dana',
      before: at,
      skewMs: 0,
      at,
      until: at + 60_000,
    });
    await stream.ended;
    await expect(Promise.race([others.ended, Promise.resolve('open')])).resolves.toBe('open');
  });
});

describe('a session', () => {
  test('goes on with a token that was renewed with further scopes, and tells that its lists changed', async () => {
    const first = await world.tokenOf('dana', read);
    const session = await open(first);
    const stream = await follow(
      await fetch(world.gateway.endpoint, {
        headers: { accept: 'text/event-stream', authorization: first, 'mcp-session-id': session },
      }),
    );
    const create = legacy('tools/call', { name: 'notes_create_note', arguments: { text: 'x' } }, session);
    expect((await world.ask(first, create)).status).toBe(403);

    const stepped = await world.tokenOf('dana', write);
    expect((await world.ask(stepped, create)).text).toContain('"result"');
    await stream.until('notifications/tools/list_changed');
    const listed = await world.ask(stepped, legacy('tools/list', {}, session));
    expect(listed.text).toContain('notes_create_note');

    // Each request has the rights of its own credential, and none of the one that came before.
    expect((await world.ask(first, create)).status).toBe(403);
    expect((await world.ask(first, legacy('tools/list', {}, session))).text).not.toContain('create_note');
  });

  test('goes on with a new token after the old one has expired', async () => {
    const session = await open(await world.tokenOf('dana', read));
    world.setClock(world.now() + 2 * 3_600_000);
    const ping = legacy('ping', {}, session);
    expect((await world.ask(await world.tokenOf('dana', read), ping)).status).toBe(200);
  });

  test.each([
    ['another subject', 'omar', {}],
    ['the subject in another program', 'dana', { client_id: 'another-program' }],
    ['the subject with somebody acting for it', 'dana', { act: { sub: 'a-service' } }],
  ])('is not there for %s', async (_, sub, claims) => {
    const session = await open(await world.tokenOf('dana', read));
    const ping = legacy('ping', {}, session);
    const other = await world.ask(await world.tokenOf(sub, read, claims), ping);
    const invented = await world.ask(await world.tokenOf(sub, read), legacy('ping', {}, 'invented'));
    expect([other.status, other.text]).toEqual([404, invented.text]);
  });

  test('is over when its subject is revoked, also for a token that is made later', async () => {
    const session = await open(await world.tokenOf('dana', read));
    const at = world.now();
    await createRevocationDesk(world.gateway.app.store, world.now).revoke({
      issuer: world.issuer.url,
      subject: 'dana',
      before: at,
      skewMs: 0,
      at,
      until: at + 60_000,
    });
    world.setClock(at + 5_000);
    const later = await world.ask(await world.tokenOf('dana', read), legacy('ping', {}, session));
    expect(later.status).toBe(404);
  });
});

test.each([['modern'], ['legacy']])(
  'a token that ends while the body of its request comes is too late (%s)',
  async (era) => {
    const authorization = await world.tokenOf('dana', read);
    const { headers, body } = era === 'modern' ? modern('tools/list') : toMessage(INITIALIZE);
    // From now on the token is known, and found good as soon as the headers are there.
    expect((await world.ask(authorization, { headers, body })).status).toBe(200);
    const answer = Promise.withResolvers<number | undefined>();
    const outgoing = httpRequest(
      world.gateway.endpoint,
      { method: 'POST', headers: { ...headers, authorization, expect: '100-continue' } },
      (response) => response.resume().on('end', () => answer.resolve(response.statusCode)),
    ).on('error', answer.reject);
    outgoing.on('continue', () => {
      world.setClock(world.now() + 2 * 3_600_000);
      outgoing.end(body);
    });
    outgoing.flushHeaders();
    expect(await answer.promise).toBe(401);
  },
);

test('where what vouches for a token is away the answer is a 503 that says when to come again, and no challenge', async () => {
  world.issuer.answer = (_request, response) => void response.writeHead(500).end();
  const token = await world.tokenOf('dana', read);
  for (const message of [modern('tools/list'), toMessage(INITIALIZE)]) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    const answer = await world.ask(token, message);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(answer.headers['www-authenticate']).toBeUndefined();
    expect(answer.text).toContain('IDENTITY_UNAVAILABLE');
  }
});
