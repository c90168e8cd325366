import { ACCESS } from '../catalog/tool.ts';
import type { JsonSchema } from '../catalog/json.ts';
import { RECORD_VERSION } from './record.ts';
import type { AuditRecord, RecordStatus, RecordType } from './record.ts';

export const TYPES = [
  'call.intent',
  'call.outcome',
  'call.refused',
  'list',
  'approval',
  'signin',
  'key',
  'config',
  'drift',
  'limit',
  'checkpoint',
  'repair',
] as const satisfies readonly RecordType[];

export const STATUSES = [
  'ok',
  'tool-error',
  'upstream-error',
  'refused',
  'cancelled',
  'unknown',
] as const satisfies readonly RecordStatus[];

const TEXT: JsonSchema = { type: 'string' };
const TEXTS: JsonSchema = { type: 'array', items: TEXT };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const DIGEST: JsonSchema = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };

/** A closed object: what is not named here is not in a record. */
function objectOf(properties: Record<string, JsonSchema>, required: string[]): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** One row for each member of a record: a member without a row does not compile. */
const MEMBERS: Record<keyof AuditRecord, JsonSchema> = {
  v: { const: RECORD_VERSION, description: 'Version of the record format.' },
  seq: { type: 'integer', minimum: 1, description: 'Position in the chain, from 1, without gaps.' },
  prev: { ...DIGEST, description: 'The hash of the record before; sha256: and 64 zeros for the first.' },
  hash: { ...DIGEST, description: 'SHA-256 of the RFC 8785 form of all other members.' },
  time: {
    type: 'string',
    pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`,
    description: 'RFC 3339, UTC, milliseconds.',
  },
  chain: { ...TEXT, description: 'The chain, which is the name of its directory.' },
  type: { enum: [...TYPES] },
  call: { ...TEXT, description: 'One leaf call; its intent and its outcome share it.' },
  parent: { ...TEXT, description: 'The call that made this one.' },
  principal: objectOf(
    {
      issuer: TEXT,
      subject: TEXT,
      team: TEXT,
      groups: TEXTS,
      scopes: TEXTS,
      client: TEXT,
      key: TEXT,
      act: {},
    },
    ['issuer', 'subject', 'groups', 'scopes'],
  ),
  via: objectOf(
    {
      face: { enum: ['http', 'stdio', 'cli'] },
      era: { enum: ['legacy', 'modern'] },
      endpoint: TEXT,
      session: TEXT,
      clientName: TEXT,
      clientVersion: TEXT,
      ip: TEXT,
      trace: TEXT,
      span: TEXT,
    },
    ['face'],
  ),
  target: objectOf(
    {
      kind: { enum: ['tool', 'resource', 'prompt', 'model'] },
      source: TEXT,
      name: TEXT,
      access: { enum: [...ACCESS] },
    },
    ['kind', 'name'],
  ),
  decision: objectOf({ effect: TEXT, rules: TEXTS, reason: TEXT }, ['effect', 'rules']),
  policy: { ...TEXT, description: 'Digest of the policy set.' },
  catalog: { ...TEXT, description: 'Digest of the catalog.' },
  args: objectOf({ digest: TEXT, masked: {}, full: {} }, ['digest']),
  result: objectOf(
    {
      status: { enum: [...STATUSES] },
      code: { type: ['integer', 'string'] },
      bytes: COUNT,
      digest: TEXT,
      ms: { type: 'number', minimum: 0 },
      upstreamId: TEXT,
    },
    ['status'],
  ),
  cost: objectOf({ nanoUsd: COUNT, inputTokens: COUNT, outputTokens: COUNT, bound: { type: 'boolean' } }, []),
  detail: {
    type: 'object',
    description:
      'Free members, by type; docs/audit.md tells them. Of folded refusals: count, first, last and codes. Of a search: list is found, found has what was told by query, count how many; of folded searches: folded, first and last.',
  },
};

/** JSON Schema of one record, for readers of the chain that are not Bailiwick. */
export const RECORD_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Bailiwick audit record',
  description: 'One line of a chain file.',
  ...objectOf(MEMBERS, ['v', 'seq', 'prev', 'hash', 'time', 'chain', 'type']),
};
