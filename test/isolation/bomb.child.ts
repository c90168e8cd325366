// Starts a hostile server in a sandbox with a limit of processes, lets it set off a fork bomb, and tells what became of it.
import path from 'node:path';
import { compileMcp } from '../../src/compile/mcp/compile.ts';
import { createMcpUpstream } from '../../src/upstream/mcp/mcp-upstream.ts';
import type { Tool } from '../../src/catalog/tool.ts';

const fixtures = path.join(import.meta.dirname, 'fixtures');
const { promise: ended, resolve: end } = Promise.withResolvers<void>();
const log = (fields: object): void => {
  if (/limits\.processes/.test(JSON.stringify(fields))) end();
};
const upstream = createMcpUpstream({
  source: 'up',
  server: {
    command: [process.execPath, path.join(fixtures, 'hostile-server.ts')],
    env: {},
    isolation: {
      level: 'process',
      network: false,
      folders: [{ path: fixtures, at: fixtures, write: false }],
      limits: { processes: 40 },
      hidden: [],
    },
  },
  secrets: [],
  compile: (lists) => compileMcp({ source: 'up', trustAnnotations: true, ...lists }),
  timeoutMs: 10_000,
  startupTimeoutMs: 15_000,
  logger: { debug: log, info: log, warn: log, error: log },
  now: Date.now,
  clientInfo: { name: 'bailiwick-test', version: '0.0.0' },
  backoff: { initialMs: 50, maximumMs: 400 },
});
const { signal } = new AbortController();
const { tools } = await upstream.contribution(signal);
const tool = (name: string): Tool => tools.find((each) => each.name === name)!;
await upstream.callTool(tool('bomb'), {}, { signal }).catch(() => {});
await ended;
const { result } = await upstream.callTool(tool('folder'), {}, { signal });
await upstream.close();
const [{ text } = { text: '' }] = result['content'] as { text: string }[];
process.stdout.write(`ended, and back in ${text.replace('got: ', '')}\n`);
process.exit(0);
