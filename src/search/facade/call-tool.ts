import { BailiwickError, ERRORS } from '../../errors.ts';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { SeenEntry, Sight } from '../../catalog/sight.ts';
import { sayError, sayWrong } from './answer.ts';
import { inputOf } from './describe-input.ts';
import { argumentsMeant } from './forgive/arguments.ts';
import { keyOf, unpack } from './forgive/members.ts';
import { bareUri, builtInNamed, meaningOf } from './forgive/names.ts';
import { toOneLine } from './one-line.ts';
import type { Request } from './request.ts';
import { promptResult, resourceResult } from './to-result.ts';
import { sayUnknown } from './unknown.ts';

/** What is looked at as a URI where no name fits: it may be made from a template. */
const LOOKS_LIKE_URI = /^(?:[a-z][a-z0-9-]*\+)?[a-z][a-z0-9+.-]*:\/\/|^[a-z][a-z0-9-]*\+[a-z][a-z0-9.-]*:/i;

/**
 * Answers `call_tool`: the call goes down the road of every call, and what comes back is passed on untouched. A name that means nothing to
 * the caller goes down the road as it was sent, too, and is refused and recorded there, be there such a thing or not.
 *
 * @param callBuiltIn carries out one of the built-in tools, for whoever calls it by this one
 */
export async function callTool(
  request: Request,
  builtIns: readonly string[],
  callBuiltIn: (name: string, args: JsonObject) => Promise<JsonObject>,
): Promise<JsonObject> {
  const sent = unpack(request.args, ['name']);
  const key = keyOf(sent, 'name') ?? 'name';
  const { [key]: name, ...beside } = sent;
  if (typeof name !== 'string' || name.trim() === '') {
    return sayWrong('/name', 'has to be the name of a tool, as find_tools shows it', {
      name: 'github_create_issue',
      arguments: { title: 'It does not start' },
    });
  }
  const meaning = meaningOf(name, request.sight);
  const isShown = meaning.kind === 'one' && meaning.entry.shown === name;
  const builtIn = isShown ? undefined : builtInNamed(name, builtIns);
  if (builtIn !== undefined) return callBuiltIn(builtIn, argumentsMeant(beside, { name }) ?? {});
  try {
    return meaning.kind === 'one'
      ? await callEntry(request, name, meaning.entry, beside)
      : await callUnknown(request, name, beside);
  } catch (error) {
    return toldOf(error, request, name);
  }
}

async function callEntry(
  request: Request,
  name: string,
  entry: SeenEntry,
  beside: JsonObject,
): Promise<JsonObject> {
  const { kind, shown } = entry;
  // A template without a variable is the URI that it stands for.
  if (kind === 'resource' || (kind === 'template' && !shown.includes('{')))
    return resourceResult(await request.readResource(shown));
  if (kind === 'template') {
    return sayError(
      'INVALID_ARGUMENTS',
      `invalid arguments: /name is a template; put values in place of what is in braces: ${toOneLine(shown, 500)}`,
      { pointer: '/name' },
    );
  }
  const schema = kind === 'tool' ? inputOf(entry) : promptSchema(entry);
  const args = argumentsMeant(beside, { name, schema });
  if (!args) {
    return sayWrong('/arguments', 'has to be an object', { name: shown, arguments: exampleOf(entry) });
  }
  return kind === 'tool' ? request.callTool(shown, args) : promptResult(await request.getPrompt(shown, args));
}

/** Whatever it is, it goes down a road: to be refused there, or to be a resource that only a template stands for. */
async function callUnknown(request: Request, name: string, beside: JsonObject): Promise<JsonObject> {
  return mayBeUri(bareUri(name), request.sight)
    ? resourceResult(await request.readResource(bareUri(name)))
    : request.callTool(name, argumentsMeant(beside, { name }) ?? {});
}

function mayBeUri(name: string, { entries }: Sight): boolean {
  if (LOOKS_LIKE_URI.test(name)) return true;
  const heads = entries.flatMap(({ kind, shown }) =>
    kind === 'template' ? [shown.split('{', 1).join('')] : [],
  );
  return heads.some((head) => head.includes(':') && name.startsWith(head));
}

/** A fault that a model can do something about, as an answer; others are for whoever answers the request. */
function toldOf(error: unknown, { sight }: Request, name: string): JsonObject {
  if (!(error instanceof BailiwickError)) throw error;
  const { code, message, data } = error;
  if (code === 'UNKNOWN_TOOL' || code === 'UNKNOWN_RESOURCE' || code === 'UNKNOWN_PROMPT')
    return sayUnknown(name, sight, code);
  if ('rpc' in ERRORS[code]) throw error;
  return sayError(code, message, { ...(data as JsonObject) });
}

/** The arguments of prompts are texts. */
function promptSchema(entry: SeenEntry): JsonObject {
  const { arguments: declared } = entry.present();
  const names = (Array.isArray(declared) ? declared : []).flatMap((one) =>
    isJsonObject(one) && typeof one['name'] === 'string' ? [one['name']] : [],
  );
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) };
}

function exampleOf(entry: SeenEntry): JsonObject {
  const { required } = entry.kind === 'tool' ? inputOf(entry) : {};
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  return Object.fromEntries(names.slice(0, 5).map((name) => [name, '…']));
}
