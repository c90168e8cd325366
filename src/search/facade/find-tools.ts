import type { JsonObject } from '../../catalog/json.ts';
import type { Sight } from '../../catalog/sight.ts';
import type { Search } from '../search.ts';
import { say } from './answer.ts';
import { describeInput } from './describe-input.ts';
import { toDraft } from './draft.ts';
import { writeLines } from './lines.ts';
import { lookFor, toFinding } from './look-for.ts';
import { toOneLine } from './one-line.ts';
import { listSources, readQuestion, type Question } from './read-question.ts';
import type { Request } from './request.ts';

/** What the schema of one tool costs at most in an answer with schemas, in tokens. */
const SCHEMA_TOKENS = 400;

/** What one query found. */
interface Found {
  readonly query: string;
  readonly text: string;
  /** Keys of the entries that the text names, in its order. */
  readonly keys: readonly string[];
}

/**
 * Answers `find_tools`: a line for each tool, best first, and a section for each query where there are several. Nothing in it depends
 * on what the caller cannot see but for the order of what it can.
 */
export async function findTools(
  search: Pick<Search, 'find' | 'covers'>,
  request: Request,
): Promise<JsonObject> {
  const { sight, noteFound } = request;
  const read = readQuestion(request.args, sight.sources);
  if ('wrong' in read) return read.wrong;
  const { question } = read;
  // All at once: what each waits for has one deadline, and so has the answer.
  const found = await Promise.all(question.queries.map((query) => answer(search, request, question, query)));
  const told = found.map(({ keys }) => keys);
  await noteFound(toFinding(question, told));
  if (found.length === 1) return say(found[0]?.text ?? '');
  return say(found.map(({ query, text }) => `# ${toOneLine(query, 80)}\n${text}`).join('\n\n'));
}

async function answer(
  search: Pick<Search, 'find' | 'covers'>,
  { sight, signal }: Request,
  question: Question,
  query: string,
): Promise<Found> {
  const { detail } = question;
  const { families, isNear } = await lookFor(search, { sight, signal }, question, query);
  if (families.length === 0) return { query, text: sayNothing(question, sight), keys: [] };
  const lines = writeLines(families.map(toDraft), detail === 'name' ? 'name' : 'signature');
  const told = families.map(({ best }, index) => ({ best, line: lines[index]! }));
  const isGood =
    isNear ||
    search.covers(
      query,
      families.map(({ best }) => best),
    );
  return {
    query,
    text: [
      ...told.flatMap(({ best, line: { text } }) =>
        detail === 'schema' ? [text, describeInput(best, SCHEMA_TOKENS)] : [text],
      ),
      ...(isGood ? [] : [`No good match. ${whereToSearch(sight)}`]),
    ].join('\n'),
    keys: told.flatMap(({ best, line: { variants } }) => [best.key, ...variants]),
  };
}

function sayNothing({ sources, access }: Question, sight: Sight): string {
  const where = [
    ...(sources ? [` in ${sources.join(', ')}`] : []),
    ...(access ? [` with access ${access.join(', ')}`] : []),
  ];
  return `Nothing found${where.join('')}. ${whereToSearch(sight)}`;
}

function whereToSearch({ sources }: Sight): string {
  return sources.length === 0
    ? 'There is nothing here that you may use.'
    : `Sources that you may search: ${listSources(sources)}.`;
}
