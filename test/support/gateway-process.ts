import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { freePort, startNode } from './child-process.ts';
import type { Child } from './child-process.ts';

/** What a harness says about the gateway it wants; everything else is the same for all of them. */
export interface GatewaySetup {
  /** The `sources` section of the configuration. */
  readonly sources: Record<string, unknown>;
  /** The `identity` section. */
  readonly identity: Record<string, unknown>;
  /** The one policy file. */
  readonly policy: Record<string, unknown>;
  /** The `state` section; absent: a file of its own. */
  readonly state?: Record<string, unknown>;
  /** More of the `server` section. */
  readonly server?: Record<string, unknown>;
  /** The `listing` section. */
  readonly listing?: Record<string, unknown>;
  /** For Node, before the program; the child can then be sent messages. */
  readonly nodeOptions?: readonly string[];
}

export interface GatewayProcess {
  /** `http://127.0.0.1:<port>`; the endpoints are below it, e.g. `/mcp/<source>`. */
  readonly url: string;
  readonly child: Child;
  /** Stops it and removes its directory, audit files included. */
  stop(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;

/**
 * Starts `bailiwick serve` on a free port of the loopback interface with audit on, and waits until `/readyz` says 200.
 *
 * Configuration, policy and audit live in a fresh directory under the system's temporary directory.
 */
export async function startGateway(setup: GatewaySetup): Promise<GatewayProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'bailiwick-'));
  const port = await freePort();
  await mkdir(join(directory, 'policies'));
  await writeFile(join(directory, 'policies', 'all.policy.yaml'), stringify(setup.policy));
  const configuration = join(directory, 'bailiwick.yaml');
  await writeFile(
    configuration,
    stringify({
      server: { ...setup.server, listen: `127.0.0.1:${port}` },
      identity: setup.identity,
      sources: setup.sources,
      policies: './policies/',
      audit: { dir: './audit' },
      ...(setup.state && { state: setup.state }),
      ...(setup.listing && { listing: setup.listing }),
    }),
  );

  const { nodeOptions = [] } = setup;
  const child = startNode([...nodeOptions, ENTRY, 'serve', '--config', configuration], {
    ipc: nodeOptions.length > 0,
  });
  // Its standard output is not read otherwise, and a full pipe would stop it.
  child.process.stdout?.resume();
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await child.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilReady(url, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, child, stop };
}

/** Resolves when `/readyz` says 200; rejects when the process ends before. */
export async function untilReady(url: string, child: Child): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.process.exitCode !== null) {
      throw new Error(`the gateway ended with ${child.process.exitCode}:\n${child.stderrTail()}`);
    }
    // oxlint-disable-next-line no-await-in-loop -- polling
    const status = await fetch(`${url}/readyz`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    // oxlint-disable-next-line no-await-in-loop -- polling
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
  }
  throw new Error(`the gateway was not ready within ${READY_WITHIN_MS} ms:\n${child.stderrTail()}`);
}
