import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { isJsonObject, type Json } from '../catalog/json.ts';
import { ERRORS } from '../errors.ts';

/** The SDK's list of what is wrong with the parameters, as it stands in an error's message. */
const ISSUES = /\[\s*\{[\s\S]*\}\s*\]$/;

/** Faults that one message names. */
const MAX_FAULTS = 3;

/**
 * Makes a transport tell what is wrong with a request in a sentence: the SDK answers parameters that do not fit the protocol with
 * the whole list of its validator, and mostly as an internal error, which a client would take for ours.
 */
export function withPlainErrors(transport: Transport): void {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => send(toPlain(message), options);
}

/** The message itself, unless it is an error that lists what is wrong. */
function toPlain(message: JSONRPCMessage): JSONRPCMessage {
  if (!('error' in message)) return message;
  const { code, message: text, data } = message.error;
  // What the gateway or an upstream says comes with data, and is passed on as it is.
  const isFault = data === undefined && (code === ERRORS.INTERNAL.rpc || code === ERRORS.INVALID_PARAMS.rpc);
  const list = isFault ? ISSUES.exec(text)?.[0] : undefined;
  const faults = list === undefined ? [] : readFaults(list);
  if (faults.length === 0) return message;
  const told = `Invalid params: ${faults.slice(0, MAX_FAULTS).join('; ')}`;
  return { ...message, error: { ...message.error, code: ERRORS.INVALID_PARAMS.rpc, message: told } };
}

function readFaults(list: string): string[] {
  try {
    const issues = JSON.parse(list) as Json;
    return Array.isArray(issues) ? issues.flatMap(toFault) : [];
  } catch {
    return [];
  }
}

function toFault(issue: Json): string[] {
  if (!isJsonObject(issue) || typeof issue['message'] !== 'string' || !Array.isArray(issue['path']))
    return [];
  const place = issue['path'].map(String).filter((part) => part !== 'params');
  return [
    `${place.length === 0 ? 'params' : place.join('.')}: ${issue['message'].replace('Invalid input: ', '')}`,
  ];
}
