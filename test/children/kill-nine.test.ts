import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createJournal, isRunning, until } from '../mcp-upstream/support.ts';
import { startGateway } from '../support/gateway-process.ts';

const SERVER = fileURLToPath(new URL('fixtures/family-server.ts', import.meta.url));
const QUOTED = `'${process.execPath}' '${SERVER}' --family`;

test.each([
  ['a program', [process.execPath, SERVER, '--family']],
  ['a shell that starts a program', ['sh', '-c', `${QUOTED}; true`]],
  ['a shell that starts a shell that starts a program', ['sh', '-c', `sh -c "${QUOTED}; true"; true`]],
])('kill -9 of the gateway ends %s and all that it started', async (_, command) => {
  const journal = createJournal();
  const gateway = await startGateway({
    sources: { family: { mcp: { command, env: { JOURNAL: journal.path } } } },
    identity: { local: { scopes: ['all'] } },
    policy: { policy: 'all', scopes: { all: { access: ['read', 'write', 'destructive'] } } },
  });
  onTestFinished(gateway.stop);
  const pids = (): number[] =>
    journal
      .lines()
      .map(Number)
      .filter((pid) => pid !== gateway.child.pid);
  await until(() => pids().length >= 3, 'the family is there');
  expect(pids().every(isRunning)).toBe(true);

  gateway.child.process.kill('SIGKILL');
  await once(gateway.child.process, 'exit');
  await until(() => !pids().some(isRunning), 'nobody of the family is left');
});
