import path from 'node:path';
import { escapeControls } from '../../telemetry/escape.ts';
import type { McpServerAddress } from './transport.ts';

const MAX_WORDS = 200;
const TROUBLE = /error|cannot|not found|denied/i;
/** Lines of a stack, of what Node prints around one, and brackets alone. */
const NOISE = /^\s|^[[\](){}^]+;?$|^Node\.js v\d/;
/** Programs that load what they run from a registry. */
const LOADERS = new Set(['npx', 'npm', 'pnpm', 'yarn', 'bunx', 'uv', 'uvx', 'pip', 'pipx']);

/** The lines by which a child says why it fails: the first that looks like an error, and the last that means something. */
export interface LastWords {
  hear(line: string): void;
  /** On one line, bounded; empty where it said nothing. */
  toText(): string;
}

export function createLastWords(): LastWords {
  let trouble: string | undefined;
  let last: string | undefined;
  return {
    hear(line) {
      if (NOISE.test(line) || line === '') return;
      if (trouble === undefined && TROUBLE.test(line)) trouble = line;
      last = line;
    },
    toText: () =>
      [...new Set([trouble, last])].flatMap((line) => (line === undefined ? [] : [cut(line)])).join(' … '),
  };
}

function cut(line: string): string {
  const clean = escapeControls(line);
  return clean.length > MAX_WORDS ? `${clean.slice(0, MAX_WORDS)}…` : clean;
}

/** Why a program that loads what it runs cannot; empty where that is not the reason. */
export function describeLackOfNetwork(server: Extract<McpServerAddress, { command: unknown }>): string {
  const { command, isolation } = server;
  if (!isolation || isolation.level === 'none' || isolation.network) return '';
  const program = path.basename(command[0] ?? '').replace(/\.(cmd|exe)$/i, '');
  return LOADERS.has(program) ? 'it has no network in this isolation' : '';
}
