import { isJsonObject } from '../catalog/json.ts';
import type { GivenHead } from './given-heads.ts';
import { isHash, isPosition, toSignedHead } from './signed-head.ts';

/** A head as it is typed: `chain:seq:hash`, the hash with or without `sha256:`. Undefined: it is not one. */
export function parseTypedHead(text: string): GivenHead | undefined {
  const [, chain, seq, digits] = /^([^:/\\]+):(\d+):(?:sha256:)?([0-9a-f]{64})$/.exec(text) ?? [];
  if (chain === undefined || !isPosition(Number(seq))) return undefined;
  return { chain, seq: Number(seq), hash: `sha256:${digits}`, from: '--head' };
}

/**
 * The heads in a text: a JSON document (one head, a list of them, or `{ heads: [...] }`), or one JSON object a line. A
 * head is `{ chain, seq, hash }`, signed or not; a record is one too, and a checkpoint also holds the one it signs. All of
 * them count: a chain that was written anew and went on agrees with the last of them, and not with those before.
 *
 * @throws TypeError when there is none, or something else.
 */
export function parseHeads(text: string, from: string): GivenHead[] {
  const heads = new Map<string, GivenHead>();
  for (const value of toValues(text)) {
    for (const head of toHeads(value, from)) {
      heads.set(`${head.signed?.signature ?? ''}:${head.chain}:${head.seq}:${head.hash}`, head);
    }
  }
  if (heads.size === 0) throw new TypeError('there is no head in it');
  return [...heads.values()];
}

function toValues(text: string): unknown[] {
  const document = parseJson(text);
  if (document === undefined) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => {
      const value = parseJson(line);
      if (value === undefined) throw new TypeError('it is neither JSON nor one JSON object a line');
      return value;
    });
  }
  if (Array.isArray(document)) return document;
  if (isJsonObject(document) && Array.isArray(document['heads'])) return document['heads'];
  return [document];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toHeads(value: unknown, from: string): GivenHead[] {
  const signed = toSignedHead(value);
  if (signed) return [{ chain: signed.chain, seq: signed.seq, hash: signed.hash, from, signed }];
  if (!isJsonObject(value)) throw new TypeError('something in it is no head: { chain, seq, hash }');
  const { chain, seq, hash, detail } = value;
  if (typeof chain !== 'string' || !isPosition(seq) || !isHash(hash)) {
    throw new TypeError('something in it is no head: { chain, seq, hash }');
  }
  const inside =
    value['type'] === 'checkpoint' && isJsonObject(detail) && isJsonObject(detail['head'])
      ? toSignedHead({ ...detail, ...detail['head'], chain })
      : undefined;
  return [{ chain, seq, hash, from }, ...(inside ? toHeads(inside, from) : [])];
}
