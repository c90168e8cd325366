import { createHash } from 'node:crypto';

/** The longest tool name that every client accepts. */
const MAX_NAME_LENGTH = 64;

/** A source's name: no underscore, so that the first underscore of a shown name ends it. */
export const SOURCE_NAME = /^[a-z][a-z0-9-]{0,23}$/;

/** The name of a tool or a prompt, own or shown. */
export const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Names of the built-in tools, which have no source. */
export const BUILT_IN_NAMES: readonly string[] = [
  'find_tools',
  'describe_tool',
  'call_tool',
  'run_code',
  'generate',
  'list_models',
];

/** Prefixes of the built-in tools' names, which no source may take. */
export const RESERVED_SOURCE_NAMES: readonly string[] = [
  'find',
  'describe',
  'call',
  'run',
  'generate',
  'list',
];

/** What `/mcp` shows: `<source>_<own>`, at most 64 characters; a function of source and own name alone. */
export function toShownName(source: string, ownName: string): string {
  return shorten(`${source}_${ownName}`);
}

/** A name of `[A-Za-z0-9_-]{1,64}` made from any text; a function of that text alone. */
export function toOwnName(text: string): string {
  return shorten(text.replace(/[^A-Za-z0-9_-]/g, '_') || '_');
}

/** `<stem>_<6 hex digits>`, where the digits come from `identity`: tells apart names that would be equal. */
export function withHash(stem: string, identity: string): string {
  const room = MAX_NAME_LENGTH - 7;
  return `${stem.slice(0, room)}_${hash6(identity)}`;
}

/** Cuts a name to 64 characters as `head__tail_hash`, keeping both ends readable. */
function shorten(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  return `${name.slice(0, 35)}__${name.slice(-20)}_${hash6(name)}`;
}

function hash6(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 6);
}
