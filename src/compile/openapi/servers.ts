import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Operation } from './operations.ts';

/**
 * The base URL that the document names for an operation: the first server of the operation, else of its path, else of the
 * document, with variables at their default values.
 *
 * @returns `undefined` where the operator has to say: no server, a relative one, a variable without a default, a URL that
 * is not HTTP or carries credentials.
 */
export function readServer(operation: Operation, root: JsonObject): string | undefined {
  const holders = [operation.operation, operation.pathItem, root];
  const server = holders.map((holder) => firstServer(holder['servers'])).find((each) => each !== undefined);
  if (server === undefined || typeof server['url'] !== 'string') return undefined;
  const url = substitute(server['url'], server['variables']);
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, username, password } = new URL(url);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && username === '' && password === '' ? url : undefined;
}

function firstServer(servers: Json | undefined): JsonObject | undefined {
  const first = Array.isArray(servers) ? servers[0] : undefined;
  return isJsonObject(first) ? first : undefined;
}

function substitute(template: string, variables: Json | undefined): string | undefined {
  let isComplete = true;
  const url = template.replace(/\{([^{}]+)\}/g, (_match, name: string) => {
    const variable = isJsonObject(variables) && Object.hasOwn(variables, name) ? variables[name] : undefined;
    const value = isJsonObject(variable) ? variable['default'] : undefined;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    isComplete = false;
    return '';
  });
  return isComplete ? url : undefined;
}
