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
  root: JsonObject,
  operations: readonly Operation[],
  { servers: allowed = [], serverVariables: variables = {} }: OpenApiOptions = {},
): ServerReader {
  checkVariables(root, operations, variables);
  const ofDocument = serversOf(root).map((server) => toUrl(server, variables));
  const named = ofDocument.filter((url) => url !== undefined);
  const own = named.length > 0 ? [] : operations.map((operation) => ownServerOf(operation, variables)?.url);
  const hosts = new Set((named.length > 0 ? named : own.filter((url) => url !== undefined)).map(hostOf));
  const isOfDocument = (url: string): boolean =>
    hosts.has(hostOf(url)) && (named.length > 0 || hosts.size === 1);

  return (operation, reportLoss) => {
    const declared = ownServerOf(operation, variables);
    const server = declared === undefined ? ofDocument[0] : declared.url;
    if (server === undefined) return {};
    if (declared === undefined || named.includes(server)) return { server };
    if (isOfDocument(server)) return { server, ownServer: 'here' };
    if (!allowed.some((prefix) => isUrlBelow(server, prefix))) {
      reportLoss('foreign-server', `${server} is called only where the source's \`servers\` name it`);
    }
    return { server, ownServer: 'elsewhere' };
  };
}

function ownServerOf(operation: Operation, variables: Variables): { url: string | undefined } | undefined {
  const [server] = [...serversOf(operation.operation), ...serversOf(operation.pathItem)];
  return server === undefined ? undefined : { url: toUrl(server, variables) };
}

function serversOf(holder: JsonObject): JsonObject[] {
  const { servers } = holder;
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

function checkVariables(root: JsonObject, operations: readonly Operation[], variables: Variables): void {
  const names = Object.keys(variables);
  if (names.length === 0) return;
  const holders = [root, ...operations.flatMap(({ pathItem, operation }) => [pathItem, operation])];
  const servers = holders.flatMap(serversOf);
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
