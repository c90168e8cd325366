import type { HttpBinding } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { isUrlBelow } from '../../catalog/url-prefix.ts';
import { BailiwickError } from '../../errors.ts';
import type { Operation } from './operations.ts';
import type { ReportLoss } from './reasons.ts';
import type { OpenApiOptions } from './settings.ts';

/** Where the document says that an operation is served. */
export type ServerFacts = Pick<HttpBinding, 'server' | 'ownServer'>;

export type ServerReader = (operation: Operation, reportLoss: ReportLoss) => ServerFacts;

/** The Server Objects that the document, a path item or an operation names. */
export type ServerList = (holder: JsonObject, root: JsonObject) => JsonObject[];

/** What the servers of a document are read from. */
export interface DeclaredServers {
  readonly root: JsonObject;
  readonly operations: readonly Operation[];
  readonly serversOf: ServerList;
}

type Variables = Readonly<Record<string, string>>;

/**
 * Reads the base URL that the document names for an operation: the first server of the operation, else of its path, else
 * of the document, with variables as configured, else at their default values.
 *
 * None where the operator has to say: no server, a relative one, a variable without a value, a URL that is not HTTP or
 * carries credentials. A server of the operation's own is compared with the hosts of the document's servers; where the
 * document has none, with the one host that all operations name.
 *
 * @throws BailiwickError `CONFIGURATION` for a configured variable that no server has, or a value that it does not take.
 */
export function createServerReader(
  declared: DeclaredServers,
  { servers: allowed = [], serverVariables: variables = {} }: OpenApiOptions = {},
): ServerReader {
  const { root, operations, serversOf } = declared;
  checkVariables(declared, variables);
  const ownServerOf = ({ operation, pathItem }: Operation): { url: string | undefined } | undefined => {
    const [server] = [operation, pathItem].flatMap((holder) => serversOf(holder, root));
    return server === undefined ? undefined : { url: toUrl(server, variables) };
  };
  const ofDocument = serversOf(root, root).map((server) => toUrl(server, variables));
  const named = ofDocument.filter((url) => url !== undefined);
  const ownUrls = named.length > 0 ? [] : operations.map((operation) => ownServerOf(operation)?.url);
  const hosts = new Set((named.length > 0 ? named : ownUrls.filter((url) => url !== undefined)).map(hostOf));
  const isOfDocument = (url: string): boolean =>
    hosts.has(hostOf(url)) && (named.length > 0 || hosts.size === 1);

  return (operation, reportLoss) => {
    const own = ownServerOf(operation);
    const server = own === undefined ? ofDocument[0] : own.url;
    if (server === undefined) return {};
    if (own === undefined || named.includes(server)) return { server };
    if (isOfDocument(server)) return { server, ownServer: 'here' };
    if (!allowed.some((prefix) => isUrlBelow(server, prefix))) {
      reportLoss('foreign-server', `${server} is called only where the source's \`servers\` name it`);
    }
    return { server, ownServer: 'elsewhere' };
  };
}

/** The `servers` of OpenAPI 3. */
export function declaredServers({ servers }: JsonObject): JsonObject[] {
  return Array.isArray(servers) ? servers.filter(isJsonObject) : [];
}

function toUrl(server: JsonObject, variables: Variables): string | undefined {
  const template = server['url'];
  const url = typeof template === 'string' ? substitute(template, server['variables'], variables) : undefined;
  const parsed = url === undefined ? null : URL.parse(url);
  if (parsed === null) return undefined;
  const isHttp = parsed.protocol === 'http:' || parsed.protocol === 'https:';
  return isHttp && parsed.username === '' && parsed.password === '' ? url : undefined;
}

function substitute(template: string, declared: Json | undefined, configured: Variables): string | undefined {
  let isComplete = true;
  const url = template.replace(/\{([^{}]+)\}/g, (_match, name: string) => {
    if (Object.hasOwn(configured, name)) return configured[name] ?? '';
    const value = variableOf(declared, name)?.['default'];
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    isComplete = false;
    return '';
  });
  return isComplete ? url : undefined;
}

function variableOf(declared: Json | undefined, name: string): JsonObject | undefined {
  const variable = isJsonObject(declared) && Object.hasOwn(declared, name) ? declared[name] : undefined;
  return isJsonObject(variable) ? variable : undefined;
}

function checkVariables({ root, operations, serversOf }: DeclaredServers, variables: Variables): void {
  const names = Object.keys(variables);
  if (names.length === 0) return;
  const holders = [root, ...operations.flatMap(({ pathItem, operation }) => [pathItem, operation])];
  const servers = holders.flatMap((holder) => serversOf(holder, root));
  const known = new Set(servers.flatMap(({ url }) => (typeof url === 'string' ? variablesIn(url) : [])));
  for (const name of names) {
    if (!known.has(name)) {
      const list = [...known].toSorted().join(', ') || 'none';
      throw new BailiwickError(
        'CONFIGURATION',
        `serverVariables.${name}: no server of the document has this variable; it has: ${list}`,
      );
    }
    for (const server of servers) {
      const choice = variableOf(server['variables'], name)?.['enum'];
      if (!Array.isArray(choice) || choice.length === 0 || choice.map(String).includes(variables[name] ?? ''))
        continue;
      throw new BailiwickError(
        'CONFIGURATION',
        `serverVariables.${name}: the document allows ${choice.map(String).join(', ')}`,
      );
    }
  }
}

function variablesIn(template: string): string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].flatMap(([, name]) => name ?? []);
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '';
}
