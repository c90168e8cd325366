import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApp, type App, type AppOptions } from '../../src/app.ts';
import type { AuditRecord } from '../../src/audit/record.ts';
import { loadConfig } from '../../src/config/load.ts';
import { hashKey } from '../../src/identity/static-keys.ts';
import { startHttpServer } from '../../src/server/http-server.ts';
import { metadataUrlAt, placeAt } from '../../src/server/sign-in-routes.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import { toRecord } from './record.ts';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** A folder with files, gone when the test is over. */
export async function createFolder(files: Record<string, string>) {
  const folder = await mkdtemp(path.join(tmpdir(), 'bailiwick-test-'));
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  // A server whose client has gone may still write the last of its record.
  const remove = (): Promise<void> =>
    rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  return { folder, write, [Symbol.asyncDispose]: remove };
}

/** What a logger was told, as lines of JSON. */
function createLog(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (fields: object, message: string): void => {
      const plain = Object.entries(fields).map(([key, value]) => [
        key,
        value instanceof Error ? describeError(value) : value,
      ]);
      lines.push(JSON.stringify({ level, message, ...Object.fromEntries(plain) }));
    };
  return {
    lines,
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  };
}

function describeError(error: Error): string {
  return `${error.stack ?? error.message}${error.cause instanceof Error ? ` <- ${describeError(error.cause)}` : ''}`;
}

/**
 * A running gateway in this process, on a free port, with the configuration in `files['bailiwick.yaml']`; folders of the
 * repository that `linked` names are beside it.
 */
export async function startGateway(
  files: Record<string, string>,
  environment: NodeJS.ProcessEnv = {},
  linked: readonly string[] = [],
  more: Partial<Pick<AppOptions, 'fileSystem' | 'now'>> = {},
) {
  const workspace = await createFolder(files);
  for (const name of linked) await symlink(path.join(REPOSITORY, name), path.join(workspace.folder, name));
  const { folder, write } = workspace;
  const file = path.join(folder, 'bailiwick.yaml');
  const log = createLog();
  const loaded = await loadConfig(file, environment);
  const app: App = await createApp({ loaded, logger: log.logger, face: 'http', now: Date.now, ...more });
  let ready = false;
  const http = await startHttpServer({
    settings: loaded.config.server,
    gateway: app.gateway,
    identity: app.identity,
    isReady: () => ready,
    signIns: app.signIns,
    authorizationServer: app.authorizationServer,
    logger: log.logger,
  });
  const { publicUrl = http.url } = loaded.config.server;
  app.serveAt(publicUrl.replace(/\/$/, ''));
  const place = placeAt(publicUrl);
  app.signIns.receiveAt(() => Promise.resolve(place));
  app.signIns.serveMetadataAt(metadataUrlAt(loaded.config.server.publicUrl));
  await app.settled();
  ready = true;
  return {
    app,
    folder,
    write,
    log: log.lines,
    logger: log.logger,
    url: http.url,
    endpoint: `${http.url}/mcp`,
    http,
    reload: async () => app.reload(await loadConfig(file, environment)),
    /** Every record on disk, of all chains. Only complete once the gateway is closed, or the record was durable. */
    records: () => readRecords(path.join(folder, '.bailiwick/audit')),
    /** Those of them that are about calls. */
    calls: async () =>
      (await readRecords(path.join(folder, '.bailiwick/audit'))).filter(({ type }) =>
        type.startsWith('call.'),
      ),
    async close(graceMs = 1_000) {
      http.stopAccepting();
      await app.close(graceMs);
      await http.close();
    },
    async [Symbol.asyncDispose]() {
      await this.close();
      await workspace[Symbol.asyncDispose]();
    },
  };
}

/** The records of all chains but for their checkpoints, each checked against the published schema, in the order of time: some clients start a process to ask its version, then another. */
export async function readRecords(directory: string): Promise<AuditRecord[]> {
  const names = (await readdir(directory, { recursive: true }))
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted();
  const texts = await Promise.all(names.map((name) => readFile(path.join(directory, name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map(toRecord)
    .filter(({ type }) => type !== 'checkpoint')
    .toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
}

/** What an API received. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An HTTP API on a free port that keeps what it received; `answer` says what it does with a request. */
export async function startApi(
  answer: (request: Received, response: ServerResponse, raw: IncomingMessage) => unknown = (
    request,
    response,
  ) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method: request.method, url: request.url }));
  },
) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      received.push(one);
      await answer(one, response, request);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A small API document: one tool of each access, one with a schema worth checking, and an administrator's. */
export const DOCUMENT = `
openapi: 3.1.0
info: { title: Notes, version: '1' }
paths:
  /notes:
    get:
      operationId: list_notes
      tags: [notes]
      parameters:
        - { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 100 } }
      responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { type: string } } } } } }
    post:
      operationId: create_note
      tags: [notes]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [text]
              properties: { text: { type: string, maxLength: 200 }, mood: { enum: [calm, busy] } }
      responses: { '201': { description: made } }
  /notes/{id}:
    delete:
      operationId: delete_note
      tags: [notes]
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '204': { description: gone } }
  /admin/wipe:
    post: { operationId: wipe, tags: [admin], responses: { '204': { description: gone } } }
`;

/** `reader` reads, `writer` writes and deletes too; nobody may wipe. */
export const POLICY = `
policy: notes
scopes:
  notes:read: { source: notes, access: read }
  notes:write: { source: notes, tag: notes, access: [write, destructive] }
rules:
  - { id: deletion-by-a-person, effect: approve, who: { groups: [careful] }, what: { source: notes, access: destructive } }
`;

export const KEYS = {
  reader: 'bw_reader-key-canary-0001',
  writer: 'bw_writer-key-canary-0002',
  careful: 'bw_careful-key-canary-0003',
};

/** Configuration for {@link DOCUMENT} behind three principals with keys; more YAML may follow. */
export function notesFiles(apiUrl: string, more = '', source = ''): Record<string, string> {
  return {
    'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
identity:
  local: { scopes: [notes:read] }
  principals:
    reader: { scopes: [notes:read] }
    writer: { scopes: [notes:read, notes:write] }
    careful: { scopes: [notes:read, notes:write], groups: [careful] }
  keys:
${Object.entries(KEYS)
  .map(([principal, key]) => `    - { principal: ${principal}, hash: '${hashKey(key)}' }`)
  .join('\n')}
sources:
  notes: { openapi: notes.yaml, url: '${apiUrl}' ${source} }
${more}`,
    'notes.yaml': DOCUMENT,
    'policies/notes.policy.yaml': POLICY,
  };
}
