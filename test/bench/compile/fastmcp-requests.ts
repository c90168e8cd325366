import { isJsonObject, type JsonObject } from '../../../src/catalog/json.ts';
import type { Tool } from '../../../src/catalog/tool.ts';
import { compileOpenApi } from '../../../src/compile/openapi/compile.ts';
import { buildRequest } from '../../../src/upstream/http/build-request.ts';
import { generateArguments } from '../../corpus/generate/arguments.ts';
import { seedOf } from '../../support/random.ts';
import { differences, normaliseRequest, type RawRequest } from '../../corpus/oracle/normalise.ts';
import { bodyOf, ORIGIN } from '../../corpus/oracle/swagger-client.ts';
import { importPeer } from '../../corpus/peers.ts';
import type { Compiled } from './parties.ts';

/** Operations called by both, and those on which both send the same. */
export interface RequestComparison {
  readonly compared: number;
  readonly equal: number;
}

/** Of a larger document, operations at equal distances are called. */
const MAX_COMPARED = 150;

interface FastmcpTool {
  readonly name: string;
  execute(args: JsonObject, context: object): Promise<unknown>;
}

interface Fastmcp {
  fromOpenAPI(options: object): Promise<unknown>;
}

/** `fastmcp/openapi` with a server that collects its tools and a `fetch` that keeps its requests. */
export async function registerFastmcp(): Promise<(text: string) => Promise<Compiled>> {
  const { fromOpenAPI } = await importPeer<Fastmcp>('fastmcp/openapi');
  return async (text) => {
    const tools = new Map<string, FastmcpTool>();
    const sent: RawRequest[] = [];
    const document = JSON.parse(text) as JsonObject;
    await fromOpenAPI({
      spec: document,
      server: {
        addTool: (tool: FastmcpTool) => tools.set(tool.name, tool),
        addResource() {},
        addResourceTemplate() {},
      },
      maxTools: Number.MAX_SAFE_INTEGER,
      baseUrl: ORIGIN,
      mcpNames: namesOf(document),
      fetch: (url: string | URL, init: { method?: string; headers?: Headers; body?: unknown } = {}) => {
        const headers = Object.fromEntries(new Headers(init.headers).entries());
        sent.push({ method: init.method ?? 'GET', url: String(url), headers, body: init.body ?? null });
        return Promise.resolve(new Response('{}', { headers: { 'content-type': 'application/json' } }));
      },
    });
    return { tools: tools.size, compareRequests: (again) => compareAll(again, tools, sent) };
  };
}

/** Every operation under a name that says which one it is. */
function namesOf(document: JsonObject): Record<string, string> {
  const paths = isJsonObject(document['paths']) ? document['paths'] : {};
  const names: Record<string, string> = {};
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(isJsonObject(item) ? item : {})) {
      const id = isJsonObject(operation) ? operation['operationId'] : undefined;
      if (typeof id === 'string') names[id] = nameOf(`${method.toUpperCase()} ${path}`);
    }
  }
  return names;
}

function nameOf(label: string): string {
  return `op_${(seedOf(label) >>> 0).toString(36)}`;
}

async function compareAll(
  text: string,
  theirs: ReadonlyMap<string, FastmcpTool>,
  sent: RawRequest[],
): Promise<RequestComparison> {
  let compared = 0;
  let equal = 0;
  const { tools } = compileOpenApi({ source: 'bench', file: 'bench.json', text });
  const step = Math.ceil(tools.length / MAX_COMPARED);
  for (const [index, tool] of tools.entries()) {
    if (index % step !== 0) continue;
    const { method = '', path = '' } = tool.attributes;
    const other = theirs.get(nameOf(`${method} ${path}`));
    if (other === undefined) continue;
    compared += 1;
    // oxlint-disable-next-line no-await-in-loop -- what was sent belongs to one call
    if (await isEqual(tool, other, sent)) equal += 1;
  }
  return { compared, equal };
}

async function isEqual(tool: Tool, other: FastmcpTool, sent: RawRequest[]): Promise<boolean> {
  const { binding } = tool;
  if (binding.kind !== 'http') return false;
  const { args } = generateArguments(tool.validationSchema, binding, seedOf(tool.name), () => true);
  const base = { origin: ORIGIN, host: 'oracle.test', path: '', isPinned: true };
  const headers = new Set(
    binding.parameters.filter((one) => one.in === 'header').map((one) => one.name.toLowerCase()),
  );
  sent.length = 0;
  try {
    const ours = await normaliseRequest(buildRequest(binding, args, base, []), headers);
    await other.execute(toTheirs(tool, args), {}).catch(() => undefined);
    const [request] = sent;
    return request !== undefined && differences(ours, await normaliseRequest(request, headers)).length === 0;
  } catch {
    return false;
  }
}

/** Its arguments are called by their names on the wire, with `__query` and the like where several share one. */
function toTheirs({ binding }: Tool, args: JsonObject): JsonObject {
  if (binding.kind !== 'http') return {};
  const body = bodyOf(binding, args);
  const shape = binding.body?.shape;
  const fields = new Set(shape?.kind === 'properties' ? shape.properties.map(({ name }) => name) : []);
  const theirs: JsonObject = body === undefined ? {} : { body, ...(isJsonObject(body) && body) };
  for (const { argument, name, in: place } of binding.parameters) {
    const value = args[argument];
    const isShared = fields.has(name) || binding.parameters.filter((one) => one.name === name).length > 1;
    if (value !== undefined) theirs[isShared ? `${name}__${place}` : name] = value;
  }
  return theirs;
}
