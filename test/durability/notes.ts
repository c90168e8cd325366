import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AuditRecord } from '../../src/audit/record.ts';
import { hashKey } from '../../src/identity/static-keys.ts';
import { toRecord } from '../support/record.ts';

export const WRITER_KEY = 'bw_durability-key-canary-0001';

/** One tool that reads and one that writes; every request names itself, so that it can be found in the record. */
const DOCUMENT = `
openapi: 3.1.0
info: { title: Notes, version: '1' }
paths:
  /notes:
    get:
      operationId: find_notes
      parameters: [{ name: name, in: query, required: true, schema: { type: string } }]
      responses: { '200': { description: ok } }
    post:
      operationId: create_note
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, required: [name], properties: { name: { type: string } } }
      responses: { '201': { description: made } }
`;

/** A gateway before an API, with a writer who has a budget, and may make so many calls at one time. */
export function durabilityFiles(
  apiUrl: string,
  { listen = '127.0.0.1:0', calls = 1_000_000, concurrency = 100 } = {},
): Record<string, string> {
  return {
    'bailiwick.yaml': `
server: { listen: '${listen}' }
identity:
  principals: { writer: { scopes: [notes] } }
  keys: [{ principal: writer, hash: '${hashKey(WRITER_KEY)}' }]
sources:
  notes: { openapi: notes.yaml, url: '${apiUrl}', price: 0.001 }
`,
    'notes.yaml': DOCUMENT,
    'policies/notes.policy.yaml': `
policy: notes
scopes:
  notes: { source: notes, access: [read, write, destructive] }
limits:
  - { id: month, who: { scopes: [notes] }, budget: [{ calls: ${calls}, per: month }, { usd: 1000, per: day }], concurrency: ${concurrency}, by: principal }
`,
  };
}

/** The name in the arguments of each intent that is on disk, of all chains; torn last lines are no records. */
export async function intentsOnDisk(directory: string): Promise<Map<string, AuditRecord>> {
  const files = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.jsonl'));
  const intents = new Map<string, AuditRecord>();
  for (const file of files) {
    const text = await readFile(path.join(directory, file), 'utf8');
    for (const line of text.split('\n').slice(0, -1)) {
      const record = toRecord(line);
      const masked = record.args?.masked as { name?: string; body?: { name?: string } } | undefined;
      const name = masked?.name ?? masked?.body?.name;
      if (record.type === 'call.intent' && name !== undefined) intents.set(name, record);
    }
  }
  return intents;
}
