import type { Pagination } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { toPlainName } from '../../text/plain-name.ts';
import type { Input } from './input.ts';
import { isJsonMediaType } from './media-types.ts';
import type { Parameter } from './parameters.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation } from './reasons.ts';
import type { References } from './references.ts';
import type { SuccessResponse } from './responses.ts';

/*
 * Families of pagination, by plain names: documents agree on words and not on their spelling.
 */

/** Arguments that take where the last page ended. */
const CURSORS = new Set(
  (
    'cursor pagetoken nexttoken after afterid startingafter continue continuation continuationtoken marker startmarker ' +
    'nextcursor nextpagetoken pagecursor pageafter paginationtoken starttoken bookmark scrollid exclusivestartkey'
  ).split(' '),
);

/** Members of an answer that hold what such an argument takes next. */
const NEXT_CURSORS = new Set(
  (
    'nextcursor nextpagetoken nexttoken nextpagecursor nextmarker nextcontinuationtoken nextpageid nextkey endcursor ' +
    'continue continuation continuationtoken lastevaluatedkey lastid'
  ).split(' '),
);

/** Arguments that take the last item's id, where the answer says only whether there is more. */
const LAST_ITEMS = new Set(['startingafter', 'after', 'afterid']);
const MORE = new Set(['hasmore', 'hasnext', 'hasnextpage', 'istruncated']);

const PAGES = new Set(['page', 'pagenumber', 'pagenum', 'pageno', 'pageindex', 'currentpage']);
const OFFSETS = new Set(['offset', 'skip', 'startat', 'startindex', 'start', 'pageoffset']);
const SIZES = new Set(
  'limit perpage pagesize size count max maxresults maxitems top pagelimit rows take itemsperpage'.split(' '),
);

/** Objects in which answers put what is about the page. */
const CONTAINERS = new Set(
  'metadata meta responsemetadata pagination paging page pageinfo cursors cursor next resultinfo'.split(' '),
);

/** How lists are called, where an answer has several. */
const LISTS =
  'items data results values records entries list value resources elements objects content rows hits'.split(
    ' ',
  );

const MAX_DEPTH = 3;

/** How the operation's answers are paged, if its arguments and its described answer show one of the known families. */
export function detectPagination(
  parameters: readonly Parameter[],
  input: Input,
  responses: readonly SuccessResponse[],
  references: References,
): Pagination | undefined {
  const places = placesOf(parameters, input);
  const cursors = places.filter(({ name }) => CURSORS.has(toPlainName(name)));
  const counted = places.find(({ name, schema }) => isCounted(name, schema, references));
  if (cursors.length === 0 && counted === undefined) return undefined;
  try {
    const answer = createAnswer(responses, references);
    if (answer === undefined) return undefined;
    for (const { argument, name } of cursors) {
      const found = findCursor(answer, toPlainName(name));
      if (found !== undefined) return { kind: 'cursor', argument, pointer: found };
    }
    return byLastItem(answer, cursors) ?? (counted && byCount(answer, counted, places, references));
  } catch (error) {
    if (error instanceof SkipOperation || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** An argument that may say where a page begins: a query parameter, or a top-level property of the body. */
interface ArgumentPlace {
  readonly argument: string;
  readonly name: string;
  /** Of parameters only. */
  readonly schema: Json | undefined;
}

function placesOf(parameters: readonly Parameter[], { parameters: bound, body }: Input): ArgumentPlace[] {
  const inQuery = parameters.flatMap(({ in: place, name, schema }, index) =>
    place === 'query' ? [{ argument: bound[index]?.argument ?? name, name, schema }] : [],
  );
  const inBody = body?.shape.kind === 'properties' ? body.shape.properties : [];
  return [...inQuery, ...inBody.map((property) => ({ ...property, schema: undefined }))];
}

function isCounted(name: string, schema: Json | undefined, references: References): boolean {
  const plain = toPlainName(name);
  if (schema === undefined || !(PAGES.has(plain) || OFFSETS.has(plain))) return false;
  const type = followed(schema, references)['type'];
  return (Array.isArray(type) ? type : [type]).some((each) => each === 'integer' || each === 'number');
}

function followed(schema: Json | undefined, references: References): JsonObject {
  try {
    const { value } = references.follow(schema, '#');
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SkipOperation) return {};
    throw error;
  }
}

/** What an answer is described to hold. */
interface Answer {
  readonly schema: JsonObject;
  readonly membersOf: (schema: Json) => [name: string, schema: JsonObject][];
}

function createAnswer(responses: readonly SuccessResponse[], references: References): Answer | undefined {
  for (const { content, pointer } of responses) {
    const mediaType = Object.keys(content).toSorted().find(isJsonMediaType);
    if (mediaType === undefined) continue;
    const media = references.follow(content[mediaType], appendPointer(pointer, mediaType)).value;
    if (!isJsonObject(media)) continue;
    const membersOf = (schema: Json, depth = 0): [string, JsonObject][] => {
      const object = followed(schema, references);
      const own = isJsonObject(object['properties']) ? Object.entries(object['properties']) : [];
      const parts = Array.isArray(object['allOf']) && depth < MAX_DEPTH ? object['allOf'] : [];
      return [
        ...own.map(([name, member]): [string, JsonObject] => [name, followed(member, references)]),
        ...parts.flatMap((part) => membersOf(part, depth + 1)),
      ].toSorted(([a], [b]) => (a < b ? -1 : 1));
    };
    return { schema: followed(media['schema'], references), membersOf: (schema) => membersOf(schema) };
  }
  return undefined;
}

/** The pointer of the member that the argument takes next: one that says so, else one that is called like the argument. */
function findCursor(answer: Answer, argument: string): string | undefined {
  const search = (isIt: (plain: string) => boolean): string | undefined => {
    let level: [string, JsonObject][] = [['', answer.schema]];
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const members = level.flatMap(([at, schema]) =>
        answer
          .membersOf(schema)
          .map(([name, member]): [string, string, JsonObject] => [
            toPlainName(name),
            `${at}${toSegment(name)}`,
            member,
          ]),
      );
      const found = members.find(([plain, , member]) => isIt(plain) && isScalar(member));
      if (found !== undefined) return found[1];
      level = members.flatMap(([plain, at, member]) => (CONTAINERS.has(plain) ? [[at, member]] : []));
    }
    return undefined;
  };
  return search((plain) => NEXT_CURSORS.has(plain)) ?? search((plain) => plain === argument);
}

function isScalar(schema: JsonObject): boolean {
  const { type } = schema;
  const types = Array.isArray(type) ? type : [type];
  return (
    !types.includes('object') &&
    !types.includes('array') &&
    schema['properties'] === undefined &&
    type !== 'boolean'
  );
}

function byLastItem(answer: Answer, cursors: readonly ArgumentPlace[]): Pagination | undefined {
  const cursor = cursors.find(({ name }) => LAST_ITEMS.has(toPlainName(name)));
  const saysMore = answer.membersOf(answer.schema).some(([name]) => MORE.has(toPlainName(name)));
  if (cursor === undefined || !saysMore) return undefined;
  const list = findList(answer);
  const hasId = list !== undefined && answer.membersOf(list.items).some(([name]) => name === 'id');
  return hasId
    ? { kind: 'last-item', argument: cursor.argument, items: list.pointer, member: 'id' }
    : undefined;
}

function byCount(
  answer: Answer,
  counted: ArgumentPlace,
  places: readonly ArgumentPlace[],
  references: References,
): Pagination | undefined {
  const list = findList(answer);
  if (list === undefined) return undefined;
  const { argument } = counted;
  const size = places.find(({ name }) => SIZES.has(toPlainName(name)));
  const common = {
    argument,
    items: list.pointer,
    ...(size !== undefined && { sizeArgument: size.argument }),
  };
  if (!PAGES.has(toPlainName(counted.name))) return { kind: 'offset', ...common };
  const { default: declared, minimum } = followed(counted.schema, references);
  const first = typeof declared === 'number' ? declared : minimum === 0 ? 0 : 1;
  return { kind: 'page', ...common, first };
}

/** Where the list of an answer is: the answer itself, or one of its members. */
function findList(answer: Answer): { readonly pointer: string; readonly items: Json } | undefined {
  if (answer.schema['type'] === 'array') return { pointer: '', items: answer.schema['items'] ?? {} };
  const lists = answer
    .membersOf(answer.schema)
    .filter(([, member]) => member['type'] === 'array')
    .toSorted(([a], [b]) => rank(a) - rank(b));
  const [best] = lists;
  if (best === undefined || (lists.length > 1 && rank(best[0]) === LISTS.length)) return undefined;
  return { pointer: toSegment(best[0]), items: best[1]['items'] ?? {} };
}

function rank(name: string): number {
  const index = LISTS.indexOf(toPlainName(name));
  return index === -1 ? LISTS.length : index;
}

function toSegment(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
