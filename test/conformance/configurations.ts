import { fileURLToPath } from 'node:url';
import { firstLine, startNode } from '../support/child-process.ts';
import { startGateway } from '../support/gateway-process.ts';
import { runAuthorizationSuite } from './authorization-suite.ts';
import { runClientSuite } from './client-suite.ts';
import { REVISIONS, inOrder, readRequirements, runSuite } from './suite.ts';
import type { Revision, SuiteRun } from './suite.ts';

/** A server under test and how to stop everything that was started for it. */
interface Subject {
  readonly url: string;
  stop(): Promise<void>;
}

export const FIXTURE = fileURLToPath(new URL('./fixture.ts', import.meta.url));

/** One way in which the suite is run. */
interface Configuration {
  readonly about: string;
  /** Runs the suite in the directory `suite`, and tells of each revision as soon as it is through. */
  run(suite: string): AsyncIterable<readonly [Revision, SuiteRun]>;
}

/** The suite runs for at most this long on one configuration and revision. */
const RUN_WITHIN_MS = 600_000;

/** The ways in which the suite is run, by the name that rows and expectations use. */
export const CONFIGURATIONS: Record<string, Configuration> = {
  direct: {
    about: 'the fixture itself, without Bailiwick: proves that the fixture is right',
    run: (suite) => testServer(suite, () => startFixture()),
  },
  'gateway-http': {
    about: 'through Bailiwick; the fixture is reached by Streamable HTTP and speaks 2026-07-28 only',
    run: (suite) => testServer(suite, () => startThrough('--modern-only')),
  },
  'gateway-http-legacy': {
    about: 'through Bailiwick; the fixture is reached by Streamable HTTP in sessions of 2025-11-25 only',
    run: (suite) => testServer(suite, () => startThrough('--legacy-only')),
  },
  'gateway-stdio': {
    about: 'through Bailiwick; the fixture is a child process on standard input and output',
    run: (suite) => testServer(suite, () => startBefore({ command: [process.execPath, FIXTURE, '--stdio'] })),
  },
  client: {
    about:
      "the suite's client scenarios: an ordinary client, and Bailiwick between it and the suite's servers",
    async *run(suite) {
      for (const revision of REVISIONS) yield [revision, await runClientSuite(suite, revision)];
    },
  },
  authorization: {
    about:
      "the suite's scenarios for authorization servers: the one that Bailiwick itself is, and somebody who signs in with a key",
    async *run(suite) {
      for (const revision of REVISIONS) yield [revision, await runAuthorizationSuite(suite, revision)];
    },
  },
};

/** Runs the server scenarios of each revision against one subject. */
async function* testServer(
  suite: string,
  start: () => Promise<Subject>,
): AsyncGenerator<readonly [Revision, SuiteRun]> {
  const subject = await start();
  try {
    for (const revision of REVISIONS) {
      const args = ['server', '--url', subject.url, '--requirements', revision];
      const found = await runSuite(suite, args, RUN_WITHIN_MS);
      yield [revision, inOrder(await readRequirements(suite, revision, 'server'), found)];
    }
  } finally {
    await subject.stop();
  }
}

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
