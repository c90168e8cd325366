import type { Json, JsonObject } from '../../catalog/json.ts';
import type { SeenEntry, Sight } from '../../catalog/sight.ts';
import { toVisibleText } from '../../compile/mcp/text.ts';
import { textTokens } from '../../compile/present/tokens.ts';
import { fromPointer } from '../../text/pointer.ts';
import { say, sayError, sayWrong } from './answer.ts';
import { BUILT_IN, DEFINITIONS, MOST } from './definitions.ts';
import { inputOf, shortenInput } from './describe-input.ts';
import { memberOf, toTexts, unpack } from './forgive/members.ts';
import { builtInNamed, meaningOf } from './forgive/names.ts';
import { fitTokens, toOneLine } from './one-line.ts';
import { lookAt, type Place } from './schema/read.ts';
import { CUT } from './schema/shorten.ts';
import type { Request } from './request.ts';
import { sayUnknown } from './unknown.ts';

/** What a description costs at most, in tokens, whatever is described; of several they share twice as much. */
const TOKENS = 780;

/** What the head of it costs at most: what the tool is for comes before all of its arguments, but leaves them room. */
const HEAD = 200;

/** Answers `describe_tool`: what something is, and its input schema as this caller may use it, in a budget of tokens. */
export function describeTool({ args: sent, sight }: Request): JsonObject {
  const args = unpack(sent, ['name', 'names']);
  const names = readNames(args);
  if (!names) {
    return sayWrong('/name', 'has to be the name of a tool, as find_tools shows it', {
      name: 'github_create_issue',
    });
  }
  if (names.length > MOST.names)
    return sayWrong('/names', `has to hold at most ${MOST.names} names`, { names: ['github_create_issue'] });
  const pointer = readPointer(memberOf(args, 'pointer'));
  if (!pointer) {
    return sayWrong('/pointer', 'has to be a JSON Pointer into the input schema', {
      name: names[0] ?? '',
      pointer: '/properties/spec',
    });
  }
  const tokens = names.length === 1 ? TOKENS : Math.floor(Math.min(TOKENS, (2 * TOKENS) / names.length));
  const [first, ...others] = names.map((name) => describe(name, sight, pointer, tokens));
  if (!first || others.length === 0) return first ?? say('');
  return joined([first, ...others]);
}

function describe(name: string, sight: Sight, pointer: readonly string[], tokens: number): JsonObject {
  const meaning = meaningOf(name, sight);
  const isShown = meaning.kind === 'one' && meaning.entry.shown === name;
  const builtIn = isShown ? undefined : builtInNamed(name, BUILT_IN);
  if (builtIn !== undefined) return describeBuiltIn(builtIn);
  if (meaning.kind !== 'one') return sayUnknown(name, sight);
  const { entry } = meaning;
  return entry.kind === 'resource' || entry.kind === 'template'
    ? say(headOf(entry, HEAD * 2))
    : describeCallable(entry, pointer, tokens);
}

function describeBuiltIn(name: string): JsonObject {
  const { description, inputSchema } = DEFINITIONS.find((one) => one['name'] === name) ?? {};
  return say(
    `${name} (built in)\n${typeof description === 'string' ? description : ''}\n${JSON.stringify(inputSchema)}`,
  );
}

function describeCallable(entry: SeenEntry, pointer: readonly string[], tokens: number): JsonObject {
  if (pointer.length > 0 && entry.kind === 'tool') return lookDeeper(entry, pointer, tokens);
  const head = headOf(entry, Math.min(HEAD, tokens / 3));
  return say(`${head}\n${writeInput(entry, tokens - textTokens(head))}`);
}

function lookDeeper(entry: SeenEntry, path: readonly string[], tokens: number): JsonObject {
  const looked = lookAt(inputOf(entry), path);
  if ('place' in looked) {
    const head = `${entry.shown} ${toOneLine(looked.place.pointer, MAX_POINTER)}`;
    return say(`${head}\n${writeInput(entry, tokens - textTokens(head), looked.place)}`);
  }
  const { pointer, members } = looked.nowhere;
  const here = members.slice(0, 40).map((member) => toOneLine(member, 80));
  return sayError(
    'INVALID_ARGUMENTS',
    `invalid arguments: /pointer leads nowhere; at ${pointer === '' ? 'the root' : toOneLine(pointer, 200)} there is: ${here.join(', ') || 'nothing below'}${members.length > here.length ? ', …' : ''}`,
    { pointer: '/pointer' },
  );
}

/** Said where something is cut. */
const HOW = `\nWhere "${CUT}" holds a pointer, describe_tool with that pointer shows more.`;

function writeInput(entry: SeenEntry, tokens: number, place?: Place): string {
  const { schema, isCut } = shortenInput(entry, tokens - textTokens(HOW), place);
  return `${JSON.stringify(schema)}${isCut ? HOW : ''}`;
}

const KINDS = { tool: '', resource: 'resource ', template: 'template ', prompt: 'prompt ' } as const;

function headOf(entry: SeenEntry, tokens: number): string {
  const presented = entry.present();
  const { description, mimeType, title, name } = presented;
  const aside = entry.tool?.access ?? (typeof mimeType === 'string' ? toOneLine(mimeType, 80) : '');
  const words = [description, title, name].find((text) => typeof text === 'string' && text.trim() !== '');
  const text = typeof words === 'string' && words !== entry.shown ? shortenText(words, tokens) : '';
  const line = `${KINDS[entry.kind]}${toOneLine(entry.shown, 500)}${aside === '' ? '' : ` (${aside})`}`;
  return text === '' ? line : `${line}\n${text}`;
}

/** Paragraphs that policy puts at the end of a description. They say what calls come to, so they are never cut. */
const REMARK =
  /^(?:Permitted only where |Not permitted where |What is permitted depends on |(?:Every call|Some calls) of this tool needs? the approval )/;

/** The first paragraph, and what policy says; the rest where there is room. */
function shortenText(text: string, tokens: number): string {
  const [first = '', ...others] = toVisibleText(text)
    .split(/\n\s*\n/)
    .map((paragraph) => toOneLine(paragraph))
    .filter((paragraph) => paragraph !== '');
  const whole = [first, ...others].join('\n');
  if (textTokens(whole) <= tokens) return whole;
  const remarks = others.filter((paragraph) => REMARK.test(paragraph)).slice(-2);
  return [fitTokens(first, tokens - textTokens(remarks.join('\n'))), ...remarks].join('\n');
}

function readNames(args: JsonObject): string[] | undefined {
  const given = [memberOf(args, 'name'), memberOf(args, 'names')].flatMap((value): (string | undefined)[] =>
    value === undefined ? [] : (toTexts(value) ?? [undefined]),
  );
  const names = given.flatMap((name) => (name === undefined || name.trim() === '' ? [] : [name]));
  return given.includes(undefined) || names.length === 0 ? undefined : [...new Set(names)];
}

/** Longest pointer that is followed. */
const MAX_POINTER = 2_000;

/** The parts of a pointer, as RFC 6901 has it, as a URI fragment has it, or with dots. */
function readPointer(value: Json | undefined): readonly string[] | undefined {
  if (value === undefined) return [];
  if (typeof value !== 'string' || value.length > MAX_POINTER) return undefined;
  const text = value.trim().replace(/^#/, '');
  if (text === '' || text === '/') return [];
  return text.startsWith('/') ? fromPointer(text) : fromPointer(`/${text.replaceAll('.', '/')}`);
}

/** Several answers in one: an error only where every one is. */
function joined(answers: readonly JsonObject[]): JsonObject {
  const content = answers.flatMap((answer) => (Array.isArray(answer['content']) ? answer['content'] : []));
  return { content, ...(answers.every(({ isError }) => isError === true) && { isError: true }) };
}
