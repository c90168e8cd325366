import { isJsonObject, type JsonObject } from '../../../catalog/json.ts';
import type { CallContext } from '../../upstream.ts';

/** Extensions whose messages are not passed on, so no upstream may be led to send them. */
const UNRELAYED = new Set(['io.modelcontextprotocol/tasks', 'io.modelcontextprotocol/skills']);

/** What a client is asked by an upstream. */
const QUESTIONS = ['sampling', 'elicitation', 'roots'] as const;

/**
 * What the gateway declares where it lists for everyone: all, so that servers which hide tools from clients without a capability
 * show what they have. What is asked there nevertheless is refused.
 */
export const GATEWAY_CAPABILITIES: JsonObject = {
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: {},
  extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
};

/**
 * The capabilities of a call's client as an upstream may know them: those to be asked only where it can be asked, tasks not at
 * all.
 */
export function forwardedCapabilities(context: CallContext): JsonObject {
  const { tasks: _tasks, extensions, ...given } = context.clientCapabilities ?? {};
  const isAskable = mayBeAsked(context);
  const forwarded: JsonObject = {};
  for (const [name, value] of Object.entries(given)) {
    if (isAskable || !QUESTIONS.some((kind) => kind === name)) forwarded[name] = value;
  }
  if (isJsonObject(extensions)) {
    const known = Object.entries(extensions).filter(([name]) => !UNRELAYED.has(name));
    forwarded['extensions'] = Object.fromEntries(known);
  }
  return forwarded;
}

/** A client that works off rounds itself needs nobody to ask it. */
function mayBeAsked({ ask, rounds }: CallContext): boolean {
  return ask !== undefined || rounds !== 'ask';
}

/** True where these capabilities let an upstream ask anything. */
export function asksAnything(capabilities: JsonObject): boolean {
  return QUESTIONS.some((kind) => capabilities[kind] !== undefined);
}

/** True where a client with these capabilities may be asked this (MCP 2025-11-25, client/elicitation, "Capabilities"). */
export function covers(capabilities: JsonObject, method: string, params: JsonObject = {}): boolean {
  if (method === 'sampling/createMessage') return capabilities['sampling'] !== undefined;
  if (method === 'roots/list') return capabilities['roots'] !== undefined;
  if (method !== 'elicitation/create') return true;
  const { elicitation } = capabilities;
  if (!isJsonObject(elicitation)) return false;
  if (params['mode'] === 'url') return elicitation['url'] !== undefined;
  return elicitation['form'] !== undefined || elicitation['url'] === undefined;
}
