import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { PRINCIPAL_META_KEY, type ToolPrincipal } from '../../catalog/local-tools.ts';
import type { LoadedTools } from './load-tools.ts';
import { parseWith } from './to-json-schema.ts';
import { textOf, toCallToolResult, toErrorResult } from './to-result.ts';

const MODERN_VERSION = '2026-07-28';
const LEGACY_VERSION = '2025-11-25';
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;

/** Nothing of it changes while the process lives: a changed file is another process. */
const LASTING = { ttlMs: 3_600_000, cacheScope: 'public' };

export interface ServeOptions {
  /** The tools, as soon as they are loaded. */
  readonly loaded: Promise<LoadedTools>;
  readonly send: (message: JsonObject) => void;
  readonly log: (message: string) => void;
}

/**
 * The server of local tools: MCP's lines in, MCP's lines out, in both eras. Its one client is the gateway, so of the protocol it
 * has what tools need: lists, calls, progress, cancellation.
 */
export function createToolServer({ loaded, send, log }: ServeOptions): (line: string) => void {
  const running = new Map<unknown, AbortController>();

  const call = async (id: unknown, params: JsonObject): Promise<JsonObject> => {
    const { name } = params;
    const tool = typeof name === 'string' ? (await loaded).tools.get(name) : undefined;
    if (!tool) throw new Refusal(INVALID_PARAMS, 'no such tool');
    const abort = new AbortController();
    running.set(id, abort);
    try {
      const meta = isJsonObject(params['_meta']) ? params['_meta'] : {};
      const parsed = await parseWith(tool.input, params['arguments'] ?? {});
      if ('fault' in parsed) return toErrorResult(new Error(`the arguments do not fit: ${parsed.fault}`));
      const value = await tool.run(parsed.value, {
        principal: toPrincipal(meta[PRINCIPAL_META_KEY]),
        signal: abort.signal,
        progress(progress, total, message) {
          const { progressToken } = meta;
          if (progressToken === undefined || abort.signal.aborted) return;
          const told = { ...(total !== undefined && { total }), ...(message !== undefined && { message }) };
          send({ method: 'notifications/progress', params: { progressToken, progress, ...told } });
        },
        log,
      });
      return toCallToolResult(value, tool.hasOutput);
    } catch (error) {
      if (!abort.signal.aborted) log(error instanceof Error ? (error.stack ?? error.message) : textOf(error));
      return toErrorResult(error);
    } finally {
      running.delete(id);
    }
  };

  const answer = async (id: unknown, method: string, params: JsonObject): Promise<JsonObject> => {
    switch (method) {
      case 'server/discover':
        return { supportedVersions: [MODERN_VERSION], capabilities: { tools: {} }, ...LASTING };
      case 'initialize':
        return { protocolVersion: LEGACY_VERSION, capabilities: { tools: {} }, serverInfo: SERVER_INFO };
      case 'ping':
        return {};
      case 'tools/list':
        return { tools: [...(await loaded).entries], ...LASTING };
      case 'tools/call':
        return call(id, params);
      default:
        throw new Refusal(METHOD_NOT_FOUND, 'no such method');
    }
  };

  return (line) => {
    const message = parseLine(line);
    if (!isJsonObject(message)) return;
    const { id, method } = message;
    const params = isJsonObject(message['params']) ? message['params'] : {};
    if (method === 'notifications/cancelled') running.get(params['requestId'])?.abort(new Error('cancelled'));
    if (typeof method !== 'string' || id === undefined) return;
    answer(id, method, params).then(
      (result) => send({ id, result: { resultType: 'complete', ...result } }),
      (error: unknown) => send({ id, error: toProtocolError(error) }),
    );
  };
}

/** What is no JSON is nobody's request. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const SERVER_INFO = { name: 'bailiwick-local-tools', version: '1' };

class Refusal extends Error {
  override name = 'Refusal';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

function toProtocolError(error: unknown): JsonObject {
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  return { code: -32_603, message: 'the tools cannot be served' };
}

/** Nobody, where a call did not come through the gateway. */
function toPrincipal(value: unknown): ToolPrincipal {
  if (isJsonObject(value)) return value as unknown as ToolPrincipal;
  return { issuer: '', subject: '', groups: [], scopes: [], claims: {} };
}
