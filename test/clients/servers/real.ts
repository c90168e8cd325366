import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startNode } from '../../support/child-process.ts';

const fromPeers = createRequire(new URL('../../peers/package.json', import.meta.url));
const EVERYTHING = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
);
const FILESYSTEM = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
);

/** The reference servers, each by every transport that it offers, as sources of a gateway. */
export async function startRealServers() {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'bailiwick-real-')));
  await mkdir(path.join(folder, 'data'));
  await writeFile(path.join(folder, 'data', 'a.txt'), 'content of a');
  const http = await startEverything('streamableHttp');
  const sse = await startEverything('sse');
  const memory = fromPeers.resolve('@modelcontextprotocol/server-memory/dist/index.js');
  return {
    folder,
    sources: {
      everything: { mcp: { command: [process.execPath, EVERYTHING, 'stdio'] } },
      'everything-http': { mcp: { url: `${http.url}/mcp` } },
      'everything-sse': { mcp: { url: `${sse.url}/sse`, transport: 'sse' } },
      files: { mcp: { command: [process.execPath, FILESYSTEM, path.join(folder, 'data')] } },
      memory: {
        mcp: {
          command: [process.execPath, memory],
          env: { MEMORY_FILE_PATH: path.join(folder, 'memory.json') },
        },
      },
    },
    async stop() {
      await Promise.all([http.stop(), sse.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startEverything(transport: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const child = startNode([EVERYTHING, transport], { env: { PORT: String(port) } });
  child.process.stdout?.resume();
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    // oxlint-disable-next-line no-await-in-loop -- until it listens
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answers) return { url, stop: () => child.stop() };
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  await child.stop();
  throw new Error(`server-everything does not listen:\n${child.stderrTail()}`);
}
