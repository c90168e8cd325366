import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Contribution } from '../../src/catalog/entries.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { compileMcp } from '../../src/compile/mcp/compile.ts';
import { BailiwickError } from '../../src/errors.ts';
import type { Principal } from '../../src/identity/principal.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import { createMcpUpstream, type McpUpstreamOptions } from '../../src/upstream/mcp/mcp-upstream.ts';
import type { CallContext, CallOutcome, Upstream } from '../../src/upstream/upstream.ts';

export const never = new AbortController().signal;

export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** The command that runs a fixture with this Node. */
export function nodeCommand(...args: string[]): string[] {
  return [process.execPath, ...args];
}

export interface LogLine {
  readonly level: string;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

function createLog(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields: fields as Record<string, unknown>, message });
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

export interface TestUpstream extends Upstream {
  readonly log: LogLine[];
  /** Writes to `log`. */
  readonly logger: Logger;
  /** How often the upstream said that its offer may have changed. */
  changes(): number;
}

/** An upstream with short waits, closed when the test ends. */
export function startUpstream(
  server: McpUpstreamOptions['server'],
  options: Partial<McpUpstreamOptions> = {},
): TestUpstream {
  const { logger, lines } = createLog();
  const source = options.source ?? 'up';
  const upstream = createMcpUpstream({
    source,
    server,
    secrets: [],
    compile: (lists): Contribution => compileMcp({ source, trustAnnotations: true, ...lists }),
    timeoutMs: 10_000,
    startupTimeoutMs: 15_000,
    logger,
    now: Date.now,
    clientInfo: { name: 'bailiwick-test', version: '0.0.0' },
    random: () => 0,
    backoff: { initialMs: 50, maximumMs: 400 },
    ...options,
  });
  let changes = 0;
  upstream.onChange(() => (changes += 1));
  onTestFinished(() => upstream.close());
  return Object.assign(upstream, { log: lines, logger, changes: () => changes });
}

/** A tool as if the upstream had listed it. */
export function toolOf(name: string, inputSchema: JsonObject = { type: 'object' }): Tool {
  const { tools } = compileMcp({
    source: 'up',
    trustAnnotations: false,
    tools: [{ name, inputSchema }],
    resources: [],
    templates: [],
    prompts: [],
  });
  const [tool] = tools;
  if (!tool) throw new Error(`no tool ${name}`);
  return tool;
}

export function call(
  upstream: Upstream,
  tool: Tool | string,
  args: JsonObject = {},
  context: Partial<CallContext> = {},
): Promise<CallOutcome> {
  return upstream.callTool(typeof tool === 'string' ? toolOf(tool) : tool, args, {
    signal: never,
    ...context,
  });
}

export function principalOf(subject: string): Principal {
  return { issuer: 'test', subject, scopes: [], groups: [], claims: {} };
}

/** The text of the first block. */
export function textOf({ result }: CallOutcome): string {
  return (result['content'] as { text: string }[])[0]?.text ?? '';
}

/** The error of something that must fail. */
export async function faultOf(promise: Promise<unknown>): Promise<BailiwickError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BailiwickError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Waits for a condition that another process brings about. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  milliseconds = 10_000,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`it did not happen in ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-mcp-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file that fixtures append lines to. */
export function createJournal(): { path: string; lines: () => string[] } {
  const path = join(temporaryFolder(), 'journal');
  return {
    path,
    lines: () => {
      try {
        return readFileSync(path, 'utf8').split('\n').filter(Boolean);
      } catch {
        return [];
      }
    },
  };
}

/** Starts an HTTP fixture and waits for the URL that it prints. */
export async function startHttpFixture(
  name: string,
  env: Record<string, string> = {},
): Promise<{ url: string; pid: number; kill: (signal: NodeJS.Signals) => Promise<void> }> {
  const child = spawn(process.execPath, [fixture(name)], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  onTestFinished(() => kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('http')) return { url: line, pid: child.pid ?? 0, kill };
  }
  throw new Error(`${name} ended before it listened`);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
