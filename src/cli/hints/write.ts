import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { App } from '../../app.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { openHintBook } from '../../config/open-hint-book.ts';
import { BailiwickError } from '../../errors.ts';
import { askForHints, toBatches } from '../../search/hints/ask-for-hints.ts';
import { createModel } from '../../search/hints/ask-model.ts';
import { readHintFile } from '../../search/hints/hint-file.ts';
import { writeHints } from '../../search/hints/hint-text.ts';
import { toQuestion } from '../../search/hints/question.ts';
import type { Refusal } from '../../search/hints/read-answer.ts';
import { surveyHints, type Survey } from '../../search/hints/survey.ts';
import { toFacts, type ToolFacts } from '../../search/hints/tool-facts.ts';
import { loadPack } from '../../search/packs/pack.ts';
import { suggest } from '../../text/suggest.ts';
import { visible, visibleOnOneLine } from '../audit/safe-text.ts';
import {
  createCatalogCommand,
  loadForCommand,
  requireSources,
  withApp,
  type AddCommand,
  type CatalogOptions,
} from '../command.ts';
import { count } from '../lock-text.ts';
import { onlySource } from '../only-source.ts';
import { replaceFile } from '../replace-file.ts';
import { withProgress, type Terminal } from '../terminal.ts';

interface WriteOptions extends CatalogOptions {
  source: string;
  url?: string;
  model?: string;
  keyEnv?: string;
  timeout: string;
  tool?: string[];
  all?: boolean;
  file?: string;
  dryRun?: boolean;
}

/** The one name of a tool that is no key of a file. */
const UNWRITABLE = '__proto__';

/** How many phrases that were left out are shown. */
const SHOWN = 10;

/** `bailiwick hints write`: lets a model write hints, into a file that is reviewed. */
export const addHintsWrite: AddCommand = (program, terminal, exit) => {
  const command = createCatalogCommand('write', 'Let a model write hints for tools that have none', [
    'hints write --source helpdesk --url https://api.openai.com/v1 --model gpt-5-mini --key-env OPENAI_API_KEY',
    'hints write --source helpdesk --url http://127.0.0.1:11434/v1 --model qwen3',
    'hints write --source helpdesk --dry-run',
  ])
    .requiredOption('--source <name>', 'the source whose tools need words')
    .option('--url <url>', 'an endpoint that speaks OpenAI chat completions, up to and with /v1')
    .option('--model <id>', 'the model to ask')
    .option('--key-env <variable>', 'the environment variable that holds the key; without it none is sent')
    .option('--timeout <seconds>', 'how long one answer may take', '120')
    .option('--tool <names...>', 'these tools alone, also where a model has written their hints already')
    .option('--all', 'also tools that have hints of a document, a glob or a pack')
    .option(
      '--file <file>',
      'the file to write (default: the one that a model wrote of this source into, else one with words of it, else hints/<source>.hints.yaml)',
    )
    .option('--dry-run', 'print what would be sent; send and write nothing')
    .addHelpText(
      'after',
      '\nNames, titles, descriptions and names of parameters of the tools are sent to the endpoint, and nothing else: no argument, no result,' +
        '\nno credential of a source. What comes back is checked (short plain phrases only) and written to a file for review; a search asks no model.' +
        '\nA list that a person wrote is left alone. Where there is a lock, `bailiwick compile --lock` accepts the new words.',
    )
    .action(async (options: WriteOptions) => {
      const { loaded, logger } = await loadForCommand(options);
      const only = onlySource(loaded, options.source);
      const ask = options.dryRun ? undefined : toAsk(options);
      if (ask && isReadable(ask)) terminal.err(`the key goes to ${ask.url.host} unencrypted: --url is http`);
      await withApp(terminal, { loaded, logger, ...only }, async (app) => {
        requireSources(app);
        const work = choose(app, loaded, options);
        if (!ask) {
          const requests = toBatches(work.tools).map((batch) => toQuestion(options.source, batch));
          terminal.out(JSON.stringify({ tools: work.tools.length, requests }, undefined, 2));
          return;
        }
        const report = await write(terminal, work, { loaded, options, ask });
        if (options.json) terminal.out(JSON.stringify(report, undefined, 2));
        else describe(terminal, { ...report, isLocked: hasLock(loaded) });
        if (report.without.length > 0) exit(1);
      });
    });
  program.addCommand(command);
};

/** Where and how to ask. */
interface Ask {
  readonly url: URL;
  readonly model: string;
  readonly key: string | undefined;
  readonly timeoutMs: number;
}

function toAsk({ url, model, keyEnv, timeout }: WriteOptions): Ask {
  if (url === undefined || model === undefined)
    throw new BailiwickError('USAGE', 'say whom to ask: --url and --model (--dry-run asks nobody)');
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '')
    throw new BailiwickError('USAGE', '--url: must be an http or https URL without a user or password');
  if (model.length === 0 || model.length > 200)
    throw new BailiwickError('USAGE', '--model: must have 1 to 200 characters');
  const key = keyEnv === undefined ? undefined : process.env[keyEnv]?.trim();
  if (keyEnv !== undefined && !key)
    throw new BailiwickError('USAGE', `--key-env: the environment has no variable ${keyEnv}, or it is empty`);
  const seconds = Number(timeout);
  if (!(seconds > 0 && seconds <= 3_600))
    throw new BailiwickError('USAGE', '--timeout: must be a number of seconds, up to 3600');
  return { url: parsed, model, key, timeoutMs: seconds * 1_000 };
}

/** Whether the key can be read on its way. */
function isReadable({ url, key }: Ask): boolean {
  return key !== undefined && url.protocol === 'http:' && !LOOPBACK.test(url.hostname);
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What is asked about, and all that the source offers. */
interface Work {
  readonly tools: readonly ToolFacts[];
  readonly names: readonly string[];
}

function choose(app: App, loaded: LoadedConfig, { source, tool, all }: WriteOptions): Work {
  const contribution = app.offered().contributions.find((one) => one.source === source);
  const packs = loaded.config.search.packs.map(loadPack);
  const { entries } = openHintBook(loaded);
  const { tools } = contribution ? surveyHints(contribution, entries, packs) : { tools: [] };
  const names = tools.map((each) => each.tool.name);
  const chosen = tool
    ? toNamed(tools, tool)
    : tools.filter(({ origin, tool: { name } }) => isWanted(origin, all ?? false) && name !== UNWRITABLE);
  return { tools: chosen.map((each) => toFacts(each.tool)), names };
}

function isWanted(origin: Survey['tools'][number]['origin'], all: boolean): boolean {
  return origin === 'none' || origin === 'stale' || (all && origin === 'other');
}

function toNamed(tools: Survey['tools'], wanted: readonly string[]): Survey['tools'] {
  return [...new Set(wanted)].toSorted().map((name) => {
    const found = tools.find(({ tool }) => tool.name === name);
    if (!found) {
      const near = suggest(
        name,
        tools.map(({ tool }) => tool.name),
      );
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      throw new BailiwickError('USAGE', `--tool: the source has no tool ${name}${hint}`);
    }
    if (found.origin === 'person')
      throw new BailiwickError(
        'USAGE',
        `--tool: ${found.place}  a person wrote the hints of ${name}; they are left alone`,
      );
    return found;
  });
}

/** What `--json` prints. */
interface WriteReport {
  readonly file: string;
  readonly asked: number;
  readonly written: number;
  /** Tools for which no usable phrase came back. */
  readonly without: readonly string[];
  readonly refused: readonly Refusal[];
  /** Whether the configuration reads the file. */
  readonly isRead: boolean;
}

/** One that is named holds tools back also where it is not written yet. */
function hasLock({ lock }: LoadedConfig): boolean {
  return lock.text !== undefined || lock.isNamed;
}

/** What people are told besides: whether there is a lock that the new words have to get into. */
interface Told extends WriteReport {
  readonly isLocked: boolean;
}

async function write(
  terminal: Terminal,
  { tools, names }: Work,
  {
    loaded,
    options,
    ask,
  }: { readonly loaded: LoadedConfig; readonly options: WriteOptions; readonly ask: Ask },
): Promise<WriteReport> {
  const { source } = options;
  const file = options.file === undefined ? await fileOf(loaded, source) : path.resolve(options.file);
  const before = await readIfThere(file);
  if (before !== undefined) readHintFile({ file, text: before });
  let text = before;
  let written = 0;
  const model = createModel({ ...ask, wait: (milliseconds) => wait(milliseconds) });
  const work = askForHints(tools, {
    source,
    model,
    by: ask.model,
    names,
    async onWritten(batch) {
      if (batch.size === 0) return;
      text = writeHints(text, source, batch);
      await mkdir(path.dirname(file), { recursive: true });
      await replaceFile(file, text);
      written += batch.size;
    },
  });
  try {
    const result = await withProgress(
      terminal,
      () => `hints of ${written} of ${count(tools.length, 'tool')} written`,
      work,
    );
    const isRead =
      loaded.hintFiles.some((each) => each.file === file) || file === (await fileOf(loaded, source));
    return { file, asked: tools.length, written, ...result, isRead };
  } finally {
    await model.close();
  }
}

/** The file that has words of the source already, of a model above all, or a new one in the first folder of `search.hints`. */
async function fileOf({ config, hintFiles }: LoadedConfig, source: string): Promise<string> {
  const own = hintFiles.flatMap((each) =>
    readHintFile(each).flatMap((entry) => (entry.source === source ? [{ file: each.file, entry }] : [])),
  );
  const known = own.find(({ entry }) => entry.written) ?? own[0];
  if (known) return known.file;
  const places = [config.search.hints].flat();
  const isFile = await Promise.all(
    places.map((place) =>
      stat(place).then(
        (status) => status.isFile(),
        () => false,
      ),
    ),
  );
  const folder = places.find((_, index) => isFile[index] === false);
  return folder === undefined ? (places[0] ?? '') : path.join(folder, `${source}.hints.yaml`);
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new BailiwickError('CONFIGURATION', `${file} cannot be read (${error.code})`, { cause: error });
  });
}

function describe(
  terminal: Terminal,
  { file, asked, written, without, refused, isRead, isLocked }: Told,
): void {
  if (asked === 0) {
    terminal.out(
      'every tool has hints: nothing to ask (--all asks also where a document or a pack has some)',
    );
    return;
  }
  const next =
    written === 0
      ? 'no file is changed'
      : `review them${isLocked ? ', then `bailiwick compile --lock`' : ''}`;
  terminal.out(`${file}: hints of ${count(written, 'tool')} of ${asked} written; ${next}`);
  if (!isRead && written > 0) terminal.err(`${file} is not among \`search.hints\`: nothing reads it`);
  if (without.length > 0) terminal.err(visible(`no usable phrase came back for ${without.join(', ')}`));
  for (const { tool, phrase, why } of refused.slice(0, SHOWN))
    terminal.err(visibleOnOneLine(`left out: ${tool}${phrase === '' ? '' : ` "${phrase}"`} ${why}`));
  if (refused.length > SHOWN) terminal.err(`and ${refused.length - SHOWN} more left out`);
}
