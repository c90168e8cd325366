import type { App } from '../../app.ts';
import { ACCESS, type Access } from '../../catalog/tool.ts';
import { BailiwickError } from '../../errors.ts';
import { recordFinding } from '../../gateway/events/record-finding.ts';
import type { Endpoint } from '../../gateway/endpoint.ts';
import { sightOf } from '../../gateway/sight.ts';
import type { Principal } from '../../identity/principal.ts';
import { DEFAULT_LIMIT, MOST } from '../../search/facade/definitions.ts';
import { lookFor, toFinding, type Question } from '../../search/facade/look-for.ts';
import { visible, visibleJson } from '../audit/safe-text.ts';
import { toCount } from '../audit/number-option.ts';
import { CATALOG_OPTION, endpointOf, sourcesOf } from '../catalog-option.ts';
import {
  createCatalogCommand,
  loadForCommand,
  toPrincipal,
  withApp,
  type AddCommand,
  type CatalogOptions,
} from '../command.ts';
import { count } from '../lock-text.ts';
import { withProgress, type Terminal } from '../terminal.ts';
import type { Explanation } from '../../search/ranking/explain.ts';
import { readAuthorization } from '../whoami/read-token.ts';
import { askRunning, foundNothing } from './ask-running.ts';
import { describeAnswers, toDocument, type Answer } from './answers.ts';

interface FindOptions extends CatalogOptions {
  readonly as?: string;
  readonly catalog?: string;
  readonly access?: string;
  readonly limit: string;
  readonly explain?: boolean;
  readonly url?: string;
  readonly key?: string;
}

/** `bailiwick find`: what an agent would find. */
export const addFind: AddCommand = (program, terminal, exit) => {
  const command = createCatalogCommand(
    'find',
    'Find tools by what they do, as an agent finds them: what it may not use is not found',
    [
      'find "refund a customer" --as agent',
      'find "open tickets of a customer" "close a ticket" --as agent --source helpdesk',
      'find "delete a namespace" --as agent --access destructive --explain',
      'find "refund a customer" --url http://127.0.0.1:8808/mcp --key - < agent.key',
    ],
  )
    .argument('<words...>', 'what is to be done, in quotes: verb, object and system; one query for each step')
    .option('--as <principal>', 'as this principal of identity.principals; without it, as the local one')
    .option('--source <name>', 'only in this source, which alone is started')
    .option('--access <access>', `only what is ${ACCESS.join(', ')}; several with commas between them`)
    .option('--limit <count>', `entries for each query, 1 to ${MOST.limit}`, String(DEFAULT_LIMIT))
    .option(...CATALOG_OPTION)
    .option('--explain', 'say by which words, fields and hints each entry stands where it stands')
    .option('--url <url>', 'ask the find_tools of a running gateway at this endpoint, as any client does')
    .option('--key <source>', 'for --url, where the key or token is: -, on standard input')
    .action(async (words: readonly string[], options: FindOptions) => {
      const question = toQuestion(words, options);
      exit(
        options.url === undefined
          ? await findHere(terminal, question, options)
          : await findThere(terminal, question, options.url, options),
      );
    });
  program.addCommand(command);
};

function toQuestion(words: readonly string[], options: FindOptions): Question {
  const queries = [...new Set(words.map((word) => word.trim()).filter((word) => word !== ''))];
  if (queries.length === 0)
    throw new BailiwickError('USAGE', 'say what is to be done, e.g. "list open tickets"');
  if (queries.length > MOST.queries)
    throw new BailiwickError(
      'USAGE',
      `${queries.length} queries are more than ${MOST.queries}; put the words of one query in quotes`,
    );
  if (options.key !== undefined && options.url === undefined)
    throw new BailiwickError('USAGE', '--key is for --url; here --as says who asks');
  const access = toAccess(options.access);
  return {
    queries,
    ...(options.source !== undefined && { sources: [options.source] }),
    ...(access && { access }),
    limit: toCount('--limit', options.limit, { least: 1, most: MOST.limit }),
    detail: 'signature',
  };
}

function toAccess(text: string | undefined): Access[] | undefined {
  return text?.split(',').map((word) => {
    const access = ACCESS.find((one) => one === word.trim());
    if (access) return access;
    throw new BailiwickError('USAGE', `--access: ${word} is none of ${ACCESS.join(', ')}`);
  });
}

/**
 * Asks a gateway that is started for it, in the sight that the principal's agents have. Recorded like theirs.
 *
 * @returns the exit status
 */
async function findHere(terminal: Terminal, question: Question, options: FindOptions): Promise<number> {
  const { loaded, logger } = await loadForCommand(options);
  const endpoint = endpointOf(loaded, options.catalog);
  return withApp(terminal, { loaded, logger, ...sourcesOf(loaded, options) }, async (app) => {
    const principal = toPrincipal(loaded, app, options.as);
    const sight = sightOf(app.gateway.current(), principal, endpoint);
    const asking = answer(app, question, { principal, endpoint, explain: options.explain === true });
    const answers = await withProgress(terminal, () => 'searching', asking);
    if (options.json) terminal.out(visibleJson(toDocument(answers, sight)));
    else {
      const text = describeAnswers(answers);
      if (text !== '') terminal.out(text);
    }
    for (const { query, families, isNear } of answers) {
      const entries = families.map(({ family }) => family.best);
      if (entries.length > 0 && !isNear && !app.search.covers(query, entries))
        terminal.err(`no good match for "${visible(query)}"; what was found is the nearest there is`);
    }
    if (loaded.config.search.embeddings) tellFarness(terminal, answers);
    const empty = answers.filter(({ families }) => families.length === 0);
    for (const { query } of empty) terminal.err(sayNothing(query, question));
    if (empty.length > 0)
      terminal.err(`  searched: ${sight.sources.join(', ') || 'nothing is there that may be used'}`);
    const found = empty.length < answers.length;
    if (!found) for (const line of adviceOn(options, app)) terminal.err(`  ${line}`);
    return tellAbsences(terminal, app) ? 3 : found ? 0 : 1;
  });
}

async function answer(
  app: App,
  question: Question,
  how: { readonly principal: Principal; readonly endpoint: Endpoint; readonly explain: boolean },
): Promise<Answer[]> {
  const { gateway, search } = app;
  const { principal, endpoint } = how;
  const snapshot = gateway.current();
  const sight = sightOf(snapshot, principal, endpoint);
  const { signal } = new AbortController();
  const answerOne = async (query: string): Promise<Answer> => {
    const { families, isNear, nearness } = await lookFor(search, { sight, signal }, question, query);
    const explain = (key: string): Explanation | undefined => {
      const why = how.explain ? search.explain(query, key) : undefined;
      const near = nearness.get(key);
      return why && { ...why, ...(near !== undefined && { nearness: near }) };
    };
    return {
      query,
      families: families.map((family) => ({ family, why: explain(family.best.key) })),
      isNear,
      knowsNearness: nearness.size > 0,
    };
  };
  const answers = await Promise.all(question.queries.map(answerOne));
  const finding = toFinding(
    question,
    answers.map(({ families }) =>
      families.flatMap(({ family }) => [family.best.key, ...family.variants.map(({ entry }) => entry.key)]),
    ),
  );
  const caller = { principal, via: { face: 'cli' }, endpoint, snapshot } as const;
  await recordFinding(gateway.road, caller, gateway.road.newId(), finding);
  return answers;
}

/** Embeddings that are configured and do not count are not noticed otherwise. */
function tellFarness(terminal: Terminal, answers: readonly Answer[]): void {
  for (const { query, knowsNearness } of answers) {
    if (knowsNearness) continue;
    terminal.err(
      `words alone counted for "${visible(query)}": the embedding endpoint did not answer in time, or nothing that was found is embedded yet (\`bailiwick serve\` embeds, and its log says why not)`,
    );
  }
}

function sayNothing(query: string, { sources, access }: Question): string {
  const where = sources ? ` in ${sources.join(', ')}` : '';
  return `nothing found for "${visible(query)}"${where}${access ? ` that is ${access.join(' or ')}` : ''}`;
}

/** What may help where nothing was found. */
function adviceOn({ as, source, access, catalog }: FindOptions, app: App): string[] {
  const held = app.held().length;
  const given = { '--source': source, '--access': access, '--catalog': catalog };
  const narrowing = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return [
    'say it as verb, object and system: "list open issues in github"',
    ...(narrowing.length > 0 ? [`ask without ${narrowing.join(' and ')}`] : []),
    `what ${as ?? 'this principal'} may not use is not found: \`bailiwick tools\` shows all there is`,
    'what is there, may be used and is not found needs hints: docs/search.md says how',
    ...(held > 0 ? [`${count(held, 'tool')} held back by the lock cannot be found`] : []),
  ];
}

/** Says which sources could not be searched; true where there is one. */
function tellAbsences(terminal: Terminal, app: App): boolean {
  const missing = [...app.unusable(), ...app.sources().filter((one) => one.state === 'down')];
  for (const { source, error } of missing) terminal.err(`source ${source} is left out: ${error?.message}`);
  return missing.length > 0;
}

/** Asks a gateway that runs, as any client does; it is recorded there. Returns the exit status. */
async function findThere(
  terminal: Terminal,
  question: Question,
  url: string,
  options: FindOptions,
): Promise<number> {
  if (options.as !== undefined || options.catalog !== undefined || options.explain)
    throw new BailiwickError(
      'USAGE',
      '--url: who asks is said by --key, the catalog by the URL (/mcp/<catalog>), and a gateway explains nothing to clients; leave out --as, --catalog and --explain',
    );
  const authorization =
    options.key === undefined
      ? undefined
      : await readAuthorization('--key', options.key, process.stdin, terminal);
  const asking = askRunning(url, authorization, question);
  const told = await withProgress(terminal, () => `asking ${url}`, asking);
  if (options.json) terminal.out(visibleJson({ url, answer: told }));
  else terminal.out(told);
  return foundNothing(told, question.queries.length) ? 1 : 0;
}
