import type { Json } from '../../catalog/json.ts';
import type { Stored } from '../store.ts';
import type { Connection } from './connection.ts';

/* Values: what the scripts take and answer. */

const KEYS_AT_ONCE = 200;

type Run = Connection['run'];

export async function get(run: Run, key: string, now: number): Promise<Stored | undefined> {
  const [version, json] = (await run('get', [key, String(now)])) as [string?, string?];
  return version === undefined || json === undefined
    ? undefined
    : { value: JSON.parse(json) as Json, version: Number(version) };
}

/** `json` is the text of the value. */
export async function put(
  run: Run,
  key: string,
  json: string,
  options: { readonly now: number; readonly expiresAt?: number; readonly ifVersion?: number },
): Promise<boolean> {
  const { now, expiresAt = '', ifVersion = '' } = options;
  return (await run('put', [key, String(now), json, String(expiresAt), String(ifVersion)])) === 1;
}

export async function take(run: Run, key: string, now: number): Promise<Json | undefined> {
  const [json] = (await run('take', [key, String(now)])) as [string?];
  return json === undefined ? undefined : (JSON.parse(json) as Json);
}

export async function list(
  run: Run,
  prefix: string,
  { now, cursor = '' }: { readonly now: number; readonly cursor?: string },
): Promise<{ readonly keys: readonly string[]; readonly cursor?: string }> {
  const [next, ...keys] = (await run('list', [
    prefix,
    String(now),
    cursor,
    String(KEYS_AT_ONCE),
  ])) as string[];
  return next === undefined || next === '' ? { keys } : { keys, cursor: next };
}
