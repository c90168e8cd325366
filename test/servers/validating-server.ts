import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type Json, type JsonObject } from '../../src/catalog/json.ts';
import { importPeer } from '../corpus/peers.ts';

/** A server that answers 200 to what the document allows, and says what is wrong with everything else. */
export interface ValidatingServer {
  readonly url: string;
  close(): Promise<void>;
}

interface Express {
  (): RequestListener & { use(...handlers: unknown[]): void };
  json(options: object): unknown;
  text(options: object): unknown;
  urlencoded(options: object): unknown;
}

interface Validator {
  middleware(options: object): unknown;
}

interface Answer {
  status(code: number): Answer;
  json(body: unknown): void;
}

/** Serves the document with `express-openapi-validator`, without its own servers and security: what is judged is the request. */
export async function startValidatingServer(
  document: JsonObject,
  { hasForms }: { readonly hasForms: boolean },
): Promise<ValidatingServer> {
  const { default: express } = await importPeer<{ default: Express }>('express');
  const validator = await importPeer<Validator & { default?: Validator }>('express-openapi-validator');
  const app = express();
  app.use(express.json({ type: [/[/+]json$/, 'application/json'], strict: false, limit: '10mb' }));
  app.use(express.urlencoded({ extended: true, limit: '10mb' }));
  app.use(express.text({ type: ['text/*', 'application/xml'], limit: '10mb' }));
  app.use(
    (validator.default ?? validator).middleware({
      apiSpec: withoutServers(document),
      validateApiSpec: false,
      // The values of a form are text, whatever its schema says.
      validateRequests: { allowUnknownQueryParameters: false, coerceTypes: hasForms },
      validateResponses: false,
      validateSecurity: false,
      validateFormats: false,
      fileUploader: {},
    }),
  );
  app.use((_request: unknown, answer: Answer) => answer.json({ ok: true }));
  // Express knows an error handler by its four parameters.
  app.use((error: { status?: number; message: string }, _request: unknown, answer: Answer, _next: unknown) =>
    answer.status(error.status ?? 500).json({ problem: error.message }),
  );
  const server = createServer(app);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/**
 * Paths begin at the root of this server, whatever host the document names. Defaults are left out: the validator would write
 * them into what it received, and then refuse its own (`default: {}` for an object with required members).
 */
function withoutServers(document: JsonObject): JsonObject {
  const items = isJsonObject(document['paths']) ? document['paths'] : {};
  const paths = mapMembers(items, (item) =>
    isJsonObject(item)
      ? mapMembers(omitServers(item), (each) => (isJsonObject(each) ? omitServers(each) : each))
      : item,
  );
  const served = withoutDefaults({ ...document, paths });
  return isJsonObject(served) ? { ...served, servers: [{ url: '/' }] } : {};
}

function withoutDefaults(value: Json, isMap = false): Json {
  if (Array.isArray(value)) return value.map((each) => withoutDefaults(each));
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => isMap || key !== 'default');
  return Object.fromEntries(
    kept.map(([key, each]) => [key, withoutDefaults(each, key === 'properties' || key === 'responses')]),
  );
}

function omitServers(object: JsonObject): JsonObject {
  const { servers: _dropped, ...rest } = object;
  return rest;
}

function mapMembers(object: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
