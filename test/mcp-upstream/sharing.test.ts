import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { CallContext } from '../../src/upstream/upstream.ts';
import { ALL, createClient, modernContext, startAskingServer, type TestClient } from './asking.ts';
import { startModernServer } from './modern-wire.ts';
import {
  call,
  createJournal,
  faultOf,
  fixture,
  isRunning,
  nodeCommand,
  principalOf,
  startUpstream,
  textOf,
  until,
  type TestUpstream,
} from './support.ts';

const nameOf = async (upstream: TestUpstream, context: CallContext): Promise<string> =>
  textOf(await call(upstream, 'name', {}, context));

const asking = (params: JsonObject = {}): JsonObject => ({ method: 'elicitation/create', params });

const plain = (subject: string): CallContext => modernContext(subject, undefined);

async function startHttp(options: Parameters<typeof startUpstream>[1] = {}) {
  const server = await startAskingServer();
  return { ...server, upstream: startUpstream({ url: server.url, headers: {} }, options) };
}

function startStdio(options: Parameters<typeof startUpstream>[1] = {}) {
  const journal = createJournal();
  const command = nodeCommand(fixture('asking-server.ts'), '--stdio');
  return { journal, upstream: startUpstream({ command, env: { JOURNAL: journal.path } }, options) };
}

test.each(['http', 'stdio'])(
  'over %s, callers of different principals never share a session',
  async (kind) => {
    const { upstream } = kind === 'http' ? await startHttp() : startStdio();
    const ann = await nameOf(upstream, plain('ann'));
    expect(await nameOf(upstream, plain('bob'))).not.toBe(ann);
    expect(await nameOf(upstream, plain('ann'))).toBe(ann);
  },
);

test('a renewed token with other rights makes no other caller', async () => {
  const { upstream } = await startHttp();
  const [one, two] = ['a', 'b'].map((scope) => ({ ...principalOf('ann'), scopes: [scope] }));
  if (!one || !two) throw new Error('no principals');
  const first = await nameOf(upstream, { ...plain('ann'), caller: { principal: one } });
  expect(await nameOf(upstream, { ...plain('ann'), caller: { principal: two } })).toBe(first);
});

test('two clients of one principal share a session as long as they cannot be asked, and have their own where they can', async () => {
  const { upstream } = await startHttp();
  const [one, two] = [createClient('one', 'ann'), createClient('two', 'ann')];
  const silent = { clientCapabilities: {} };
  expect(await nameOf(upstream, one.context(silent))).toBe(await nameOf(upstream, two.context(silent)));
  const name = await nameOf(upstream, one.context());
  expect(await nameOf(upstream, two.context())).not.toBe(name);
  expect(await nameOf(upstream, one.context())).toBe(name);
});

test('a session is told what its client can do, and no more', async () => {
  const { upstream } = await startHttp();
  const capabilitiesOf = async (context: CallContext): Promise<unknown> =>
    JSON.parse(textOf(await call(upstream, 'capabilities', {}, context)));
  const extensions = { 'io.modelcontextprotocol/ui': {}, 'io.modelcontextprotocol/tasks': {} };
  const clientCapabilities = { ...ALL, tasks: {}, extensions };
  const client = createClient('one', 'ann');
  expect(await capabilitiesOf(client.context({ clientCapabilities }))).toEqual({
    ...ALL,
    extensions: { 'io.modelcontextprotocol/ui': {} },
  });
  // A modern client tells of no change of its roots.
  const modern = modernContext('ann', () => Promise.resolve({}), { clientCapabilities });
  expect(await capabilitiesOf(modern)).toMatchObject({ roots: {} });
  expect(await capabilitiesOf(plain('ann'))).toEqual({});
});

test('a modern client that can be asked has a session for the time of a call, and it is used again', async () => {
  const { upstream, lines } = await startHttp();
  const asked: string[] = [];
  const context = (name: string): CallContext =>
    modernContext('ann', async () => {
      asked.push(name);
      return { by: name };
    });
  const [first, second] = await Promise.all([
    call(upstream, 'ask', { ...asking(), beside: true }, context('a')),
    call(upstream, 'ask', { ...asking(), beside: true }, context('b')),
  ]);
  expect([textOf(first), textOf(second)]).toEqual(['{"by":"a"}', '{"by":"b"}']);
  const opened = lines.filter((line) => line.startsWith('open')).length;
  await nameOf(upstream, context('c'));
  expect(lines.filter((line) => line.startsWith('open'))).toHaveLength(opened);
});

test('whatever calls run at once, each question reaches the client that caused it', async () => {
  const { upstream } = await startHttp();
  const clients: TestClient[] = ['ann', 'bob'].flatMap((subject) =>
    [1, 2].map((index) => createClient(`${subject}-${index}`, subject)),
  );
  const step = fc.record({ client: fc.nat(3), isModern: fc.boolean(), beside: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const answers = steps.map(async ({ client, isModern, beside }, index) => {
        const { name, context } = clients[client] as TestClient;
        const by = `${name} in call ${index}`;
        const ask = () => Promise.resolve({ by });
        const given = isModern ? modernContext(name.split('-')[0] ?? '', ask) : context({ ask });
        const args = { ...asking(), beside: isModern && beside };
        const result = JSON.parse(textOf(await call(upstream, 'ask', args, given))) as { by: string };
        return [result.by, by];
      });
      for (const [got, wanted] of await Promise.all(answers)) expect(got).toBe(wanted);
    }),
    { numRuns: 15 },
  );
});

test.each(['http', 'stdio'])(
  'over %s, what an abandoned call still asks reaches no other client',
  async (kind) => {
    const { upstream, lines } = await (async () => {
      if (kind === 'http') return startHttp();
      const { journal, upstream: started } = startStdio();
      return { upstream: started, lines: journal };
    })();
    const seen = (): string[] => (Array.isArray(lines) ? lines : lines.lines());
    const asked: string[] = [];
    const context = (name: string, signal?: AbortSignal): CallContext => {
      const ask = (): Promise<JsonObject> => {
        asked.push(name);
        return Promise.resolve({ by: name });
      };
      return modernContext('ann', ask, signal && { signal });
    };
    const leaving = new AbortController();
    const late = { ...asking(), milliseconds: 300 };
    const abandoned = call(upstream, 'ask-late', late, context('first', leaving.signal));
    await until(() => seen().some((line) => line.startsWith('waiting')), 'the first call waits');
    leaving.abort();
    await expect(abandoned).rejects.toMatchObject({ code: 'CANCELLED' });
    await call(upstream, 'wait', { milliseconds: 600 }, context('second'));
    expect(asked).toEqual([]);
  },
);

test('a server that asks without waiting for answers is answered so many questions at once, and no more', async () => {
  const { upstream } = await startHttp();
  let open = 0;
  let most = 0;
  const ask = async (): Promise<JsonObject> => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 100));
    open -= 1;
    return {};
  };
  const outcome = await call(upstream, 'flood', { ...asking(), times: 100 }, modernContext('ann', ask));
  const answers = JSON.parse(textOf(outcome)) as string[];
  expect(answers.filter((answer) => answer === 'answered')).toHaveLength(most);
  expect(most).toBe(32);
  expect(answers.find((answer) => answer !== 'answered')).toContain('32 questions already wait');
});

test('a client that closes ends its sessions, over both hops', async () => {
  const { upstream, lines } = await startHttp();
  const client = createClient('one', 'ann');
  const name = await nameOf(upstream, client.context());
  client.close();
  await until(() => lines.includes(`close ${name}`), 'the session is deleted');
  expect(await nameOf(upstream, createClient('two', 'ann').context())).not.toBe(name);
});

test('a child ends with the client whose session it was', async () => {
  const { upstream } = startStdio();
  const client = createClient('one', 'ann');
  const pid = Number(await nameOf(upstream, client.context()));
  client.close();
  await until(() => !isRunning(pid), 'the child ends');
});

test('changed roots are told to the sessions of the client, and to no other', async () => {
  const { upstream, lines } = await startHttp();
  const [one, two] = [createClient('one', 'ann'), createClient('two', 'ann')];
  const name = await nameOf(upstream, one.context());
  await nameOf(upstream, two.context());
  one.changeRoots();
  await until(() => lines.includes(`roots ${name}`), 'the change is told');
  expect(lines.filter((line) => line.startsWith('roots'))).toEqual([`roots ${name}`]);
});

test('a session that nobody used for long ends, and the next call opens another', async () => {
  let time = 0;
  const { upstream, lines } = await startHttp({ now: () => time, sessions: { idleMs: 60_000 } });
  const name = await nameOf(upstream, plain('ann'));
  time = 59_000;
  await nameOf(upstream, plain('bob'));
  time = 60_000;
  await nameOf(upstream, plain('cid'));
  await until(() => lines.includes(`close ${name}`), 'the idle session ends');
  expect(lines.filter((line) => line.startsWith('close'))).toEqual([`close ${name}`]);
  expect(await nameOf(upstream, plain('ann'))).not.toBe(name);
});

test('the gateway’s own child ends while one of a caller runs, and comes back to list', async () => {
  let time = 0;
  const { upstream, journal } = startStdio({ now: () => time, sessions: { idleMs: 1_000 } });
  await upstream.contribution(AbortSignal.timeout(20_000));
  const own = Number(journal.lines()[0]?.split(' ')[1]);
  const name = await nameOf(upstream, plain('ann'));
  time = 1_000;
  expect(await nameOf(upstream, plain('ann'))).toBe(name);
  await nameOf(upstream, plain('bob'));
  await until(() => !isRunning(own), 'the spare child ends');
  await upstream.contribution(AbortSignal.timeout(20_000));
});

test('where all sessions are in use another one is refused; where one is idle it makes room', async () => {
  const { upstream, lines } = await startHttp({ sessions: { maxSessions: 2 } });
  const ann = await nameOf(upstream, plain('ann'));
  const stop = new AbortController();
  const waits = call(upstream, 'wait', {}, modernContext('bob', undefined, { signal: stop.signal }));
  await until(() => lines.some((line) => line.startsWith('waiting')), 'a session is in use');
  await nameOf(upstream, plain('cid'));
  await until(() => lines.includes(`close ${ann}`), 'the one used least recently ends');
  const another = call(upstream, 'wait', {}, modernContext('cid', undefined, { signal: stop.signal }));
  await until(() => lines.filter((line) => line.startsWith('waiting')).length === 2, 'all are in use');
  const fault = await faultOf(nameOf(upstream, plain('dan')));
  expect(fault).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    nothingSent: true,
    message: 'source up has no room for another session: all 2 are in use (setting maxSessions)',
  });
  stop.abort();
  await Promise.all([faultOf(waits), faultOf(another)]);
});

test('a shared source has one session for all, on which nobody is asked', async () => {
  const { upstream, journal } = startStdio({ sessions: { mode: 'shared' } });
  const [ann, bob] = [createClient('one', 'ann'), createClient('two', 'bob')];
  expect(await nameOf(upstream, ann.context())).toBe(await nameOf(upstream, bob.context()));
  expect(textOf(await call(upstream, 'capabilities', {}, ann.context()))).toBe('{}');
  expect(textOf(await call(upstream, 'ask', asking(), ann.context()))).toContain('-32601');
  expect(ann.asked).toEqual([]);
  expect(journal.lines().filter((line) => line.startsWith('open'))).toHaveLength(1);
});

test('sessions that were opened with a revoked credential are opened anew', async () => {
  let revoke: ((shareKey: string) => void) | undefined;
  const { upstream } = await startHttp({
    credentials: {
      shareKey: ({ caller }) => caller?.principal.subject ?? '',
      headers: () => Promise.resolve({}),
      refused: () => Promise.resolve(false),
      onRevoked: (listener) => (revoke = listener),
    },
  });
  const [ann, bob] = [plain('ann'), plain('bob')];
  const before = [await nameOf(upstream, ann), await nameOf(upstream, bob)];
  revoke?.('ann');
  expect(await nameOf(upstream, ann)).not.toBe(before[0]);
  expect(await nameOf(upstream, bob)).toBe(before[1]);
});

test('what callers shared with a stateless server they do not share when it has become one with sessions', async () => {
  const modern = await startModernServer({
    'tools/call': () => ({ content: [{ type: 'text', text: 'all' }] }),
  });
  const upstream = startUpstream({ url: modern.url, headers: {} });
  const [ann, bob] = [plain('ann'), plain('bob')];
  expect([await nameOf(upstream, ann), await nameOf(upstream, bob)]).toEqual(['all', 'all']);
  modern.stop();
  await startAskingServer(Number(new URL(modern.url).port));
  // The connection's end is not noticed before it is used.
  await until(async () => {
    const names = await Promise.all([nameOf(upstream, ann), nameOf(upstream, bob)]).catch(() => ['', '']);
    return names[0] !== '' && names[0] !== names[1];
  }, 'each has a session');
  expect(await nameOf(upstream, ann)).not.toBe(await nameOf(upstream, bob));
});
