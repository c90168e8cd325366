import { Command } from 'commander';
import type { App, AppOptions } from '../app.ts';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import { BailiwickError } from '../errors.ts';
import { configuredPrincipal } from '../identity/configured-principal.ts';
import type { Principal } from '../identity/principal.ts';
import { createLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import { CATALOG_OPTION } from './catalog-option.ts';
import { withProgress, type Terminal } from './terminal.ts';

/*
 * The app and the faces are imported when a command needs them: `--help`, `keys` and `schema` answer without loading an SDK.
 */

/** What every command module exports: it adds itself to the program and returns its exit code through `exit`. */
export type AddCommand = (program: Command, terminal: Terminal, exit: (code: number) => void) => void;

export const DEFAULT_CONFIG = 'bailiwick.yaml';

const EXIT_CODES =
  'Exit status: 0 yes; 1 the answer is no; 2 usage or configuration; 3 something cannot be reached.';

/** A command with what all of them have: `--config`, examples, exit codes. */
export function createCommand(name: string, description: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(description)
    .addHelpText(
      'after',
      `\nExamples:\n${examples.map((line) => `  $ bailiwick ${line}`).join('\n')}\n\n${EXIT_CODES}`,
    );
}

export const CONFIG_OPTION = ['--config <file>', 'the configuration', DEFAULT_CONFIG] as const;
export const JSON_OPTION = ['--json', 'print one JSON document and nothing else on standard output'] as const;
export const LOG_OPTION = ['--log-level <level>', 'debug, info, warn, error or silent'] as const;

/** The options of {@link createCatalogCommand}. */
export interface CatalogOptions {
  config: string;
  source?: string;
  json?: boolean;
  logLevel?: string;
}

/** A command that reads the configuration and asks the sources what they offer. */
export function createCatalogCommand(
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  return createCommand(name, description, examples)
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .option(...LOG_OPTION);
}

/** The options of {@link createToolCommand}. */
export interface ToolOptions extends Omit<CatalogOptions, 'source'> {
  as?: string;
  args?: string;
  catalog?: string;
}

/** A command about one call: `bailiwick <name> <tool> --as … --args …`. */
export function createToolCommand(name: string, description: string, examples: readonly string[]): Command {
  return createCatalogCommand(name, description, examples)
    .argument('<tool>', 'the name that `bailiwick tools` shows')
    .option(...CATALOG_OPTION)
    .option('--args <json>', 'the arguments: a JSON object, @file, or - for standard input');
}

/** Loads the configuration and makes a logger that keeps its secrets, and what is added to them, out of every line. */
export async function loadForCommand(options: {
  config: string;
  logLevel?: string;
}): Promise<{ loaded: LoadedConfig; logger: Logger; secrets: string[] }> {
  const level = toLogLevel(options.logLevel ?? 'error');
  const loaded = await loadConfig(options.config, process.env);
  const secrets = [...loaded.secrets];
  return { loaded, secrets, logger: createLogger(level, { secrets: () => secrets }) };
}

function toLogLevel(text: string): LogLevel {
  const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
  const level = levels.find((one) => one === text);
  if (!level) throw new BailiwickError('USAGE', `--log-level: ${text} is none of ${levels.join(', ')}`);
  return level;
}

/** Runs work with an app that has asked its sources what they offer, and closes it whatever happens. */
export async function withApp<T>(
  terminal: Terminal,
  options: Omit<AppOptions, 'face' | 'now'>,
  work: (app: App) => Promise<T> | T,
): Promise<T> {
  const { createApp } = await import('../app.ts');
  const app = await createApp({ ...options, face: 'cli', now: Date.now });
  try {
    await untilSettled(terminal, app);
    return await work(app);
  } finally {
    await app.close(0);
  }
}

/** Resolves when every source has answered, or failed; says meanwhile which ones are being waited for. */
function untilSettled(terminal: Terminal, app: App): Promise<void> {
  return withProgress(terminal, () => sayWaiting(app), app.settled());
}

/** How long clients are kept waiting for slow sources; they appear by `list_changed` later. */
const PATIENCE_MS = 10_000;

/** Resolves when of every source something can be served, or it has failed; at the latest when patience is over. */
export async function untilListed(terminal: Terminal, app: App): Promise<void> {
  const { promise: patience, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE_MS);
  await withProgress(terminal, () => sayWaiting(app), Promise.race([app.listed(), patience]));
  clearTimeout(timer);
}

function sayWaiting(app: App): string {
  const starting = app.sources().filter(({ state }) => state === 'starting');
  return `waiting for ${starting.map(({ source }) => source).join(', ')}`;
}

/**
 * The principal that `--as` names, or the `local` one without it.
 *
 * @throws BailiwickError `USAGE` where there is none.
 */
export function toPrincipal(loaded: LoadedConfig, app: App, name: string | undefined): Principal {
  const { principals } = loaded.config.identity;
  const names = Object.keys(principals);
  if (name === undefined) {
    const local = app.local();
    if (local) return local;
    throw new BailiwickError(
      'USAGE',
      `say who calls: --as ${names.join(' | ') || '<principal>'} (identity.local is off)`,
    );
  }
  const settings = Object.hasOwn(principals, name) ? principals[name] : undefined;
  if (settings) return configuredPrincipal(name, settings);
  throw new BailiwickError(
    'USAGE',
    `--as: no principal "${name}" in ${loaded.file}; there is ${names.join(', ') || 'none'}`,
  );
}

/** @throws BailiwickError of the first wanted source that could not be used. */
export function requireSources(app: App): void {
  const broken = app.unusable()[0] ?? app.sources().find((source) => source.state === 'down');
  if (broken?.error) throw broken.error;
}
