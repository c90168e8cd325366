import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';

/** What a JWT states about itself. Nobody vouches for it. */
export type TokenFacts = Readonly<Record<string, Json>>;

const OF_HEADER = ['typ', 'alg', 'kid'];
const OF_CLAIMS = ['iss', 'aud', 'sub', 'azp', 'client_id', 'scope', 'scp', 'iat', 'nbf', 'exp'];
const TIMES = new Set(['iat', 'nbf', 'exp']);

const MAX_TEXT_LENGTH = 200;
const MAX_MEMBERS = 20;
const MAX_PART_LENGTH = 32_768;

/**
 * The facts of a token that help to find out why it is refused, none of which lets anybody use it; `undefined` for what is no JWT.
 * Times are RFC 3339.
 */
export function readTokenFacts(token: string): TokenFacts | undefined {
  const [first = '', second = ''] = token.split('.', 2);
  const header = readPart(first);
  const claims = readPart(second);
  if (!header || !claims || !('alg' in header)) return undefined;
  return Object.fromEntries([...pick(header, OF_HEADER), ...pick(claims, OF_CLAIMS)]);
}

function pick(members: JsonObject, names: readonly string[]): [string, Json][] {
  return names.flatMap((name): [string, Json][] => {
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    const shown = value === undefined ? undefined : toShown(name, value);
    return shown === undefined ? [] : [[name, shown]];
  });
}

function toShown(name: string, value: Json): Json | undefined {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'number') return TIMES.has(name) ? toTime(value) : value;
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, MAX_MEMBERS).flatMap((one) => (typeof one === 'string' ? [cut(one)] : []));
}

function toTime(seconds: number): Json {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? seconds : time.toISOString();
}

function cut(text: string): string {
  const plain = text.toWellFormed();
  return plain.length > MAX_TEXT_LENGTH ? `${plain.slice(0, MAX_TEXT_LENGTH)}…` : plain;
}

function readPart(part: string): JsonObject | undefined {
  if (part === '' || part.length > MAX_PART_LENGTH) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
