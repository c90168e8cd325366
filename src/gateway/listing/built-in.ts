import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { showsTool } from '../shows-tool.ts';
import type { Caller } from '../road.ts';
import { suggest } from '../../text/suggest.ts';
import { windowOf } from '../window.ts';
import { modeOf } from './choose-mode.ts';

type Asker = Pick<Caller, 'snapshot' | 'principal' | 'endpoint'>;

/**
 * Whether a caller that calls this name means a built-in tool. One of a source's own tools that has such a name, which only the
 * source's own endpoint shows without a prefix, is meant where it is listed: in a full list, to a caller who may use it. Everywhere
 * else `call_tool` reaches it.
 */
export function meansBuiltIn({ snapshot, principal, endpoint }: Asker, name: string): boolean {
  if (!snapshot.builtIns.some((tool) => tool['name'] === name)) return false;
  const window = windowOf(snapshot, endpoint);
  const own = window.toolNamed(name);
  if (own === undefined) return true;
  const view = snapshot.view(principal);
  return !showsTool(view, window, own) || modeOf(snapshot, view, window) === 'search';
}

/**
 * The end of a sentence that says which built-in tool was meant, by how the name is spelled alone, where they are listed: the same be
 * there a tool of this name that the caller may not see, or none.
 */
export function hintAtBuiltIn(
  { snapshot, principal, endpoint, via }: Asker & Pick<Caller, 'via'>,
  name: string,
): string {
  const names = snapshot.builtIns.flatMap((tool) => (typeof tool['name'] === 'string' ? [tool['name']] : []));
  const meant = suggest(name, names);
  if (meant === undefined || via.face === 'cli') return '';
  const mode = modeOf(snapshot, snapshot.view(principal), windowOf(snapshot, endpoint));
  return mode === 'search' ? `; did you mean ${meant}?` : '';
}

/** A tool, and what it is called with. */
export interface Called {
  readonly name: string;
  readonly args: JsonObject;
}

/**
 * What is called in the end: where that is `call_tool`, the tool that is named in its arguments, strictly as they are meant to be.
 * Calls that are meant otherwise are refused, where they are, on their road.
 */
export function calledInTheEnd(asker: Asker, call: Called): Called | undefined {
  if (!meansBuiltIn(asker, call.name)) return call;
  if (call.name !== CALL_TOOL) return undefined;
  const { name, arguments: args = {} } = call.args;
  return typeof name === 'string' && isJsonObject(args) ? { name, args } : undefined;
}

const CALL_TOOL = 'call_tool';
