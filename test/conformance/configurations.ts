import { fileURLToPath } from 'node:url';
import { firstLine, startNode } from '../support/child-process.ts';
import { startGateway } from '../support/gateway-process.ts';

/** A server under test and how to stop everything that was started for it. */
export interface Subject {
  readonly url: string;
  stop(): Promise<void>;
}

export const FIXTURE = fileURLToPath(new URL('./fixture.ts', import.meta.url));

/** The ways in which the fixture is put before the suite, by the name that rows and expectations use. */
export const CONFIGURATIONS: Record<string, { about: string; start: () => Promise<Subject> }> = {
  direct: {
    about: 'the fixture itself, without Bailiwick: proves that the fixture is right',
    start: () => startFixture(),
  },
  'gateway-http': {
    about: 'through Bailiwick; the fixture is reached by Streamable HTTP and speaks 2026-07-28 only',
    start: () => startThrough('--modern-only'),
  },
  'gateway-http-legacy': {
    about: 'through Bailiwick; the fixture is reached by Streamable HTTP in sessions of 2025-11-25 only',
    start: () => startThrough('--legacy-only'),
  },
  'gateway-stdio': {
    about: 'through Bailiwick; the fixture is a child process on standard input and output',
    start: () => startBefore({ command: [process.execPath, FIXTURE, '--stdio'] }),
  },
};

async function startFixture(...options: string[]): Promise<Subject> {
  const child = startNode([FIXTURE, '--http', '0', ...options]);
  const url = await firstLine(child);
  return { url, stop: () => child.stop() };
}

/** The fixture over HTTP with Bailiwick in front of it. */
async function startThrough(...options: string[]): Promise<Subject> {
  const fixture = await startFixture(...options);
  const gateway = await startBefore({ url: fixture.url }).catch(async (error: unknown) => {
    await fixture.stop();
    throw error;
  });
  return {
    url: gateway.url,
    async stop() {
      await gateway.stop();
      await fixture.stop();
    },
  };
}

/** Bailiwick with the fixture as its one source, served without a prefix at `/mcp/fixture`. */
async function startBefore(mcp: Record<string, unknown>): Promise<Subject> {
  const gateway = await startGateway({
    identity: { local: { scopes: ['all'] } },
    sources: { fixture: { mcp } },
    policy: { policy: 'all', scopes: { all: { source: 'fixture' } } },
  });
  return { url: `${gateway.url}/mcp/fixture`, stop: () => gateway.stop() };
}
