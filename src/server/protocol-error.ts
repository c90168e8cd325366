import { ProtocolError } from '@modelcontextprotocol/server';
import type { BailiwickError } from '../errors.ts';
import { ERRORS, toBailiwickError } from '../errors.ts';

/** Turns every throw into the wire's form; what is not ours to tell stays in the log. */
export async function answer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw toProtocolError(toBailiwickError(thrown));
  }
}

/**
 * The JSON-RPC form of a fault: the table in `errors.ts` has its code, `data.code` its stable name. An upstream's own code and
 * data are passed on.
 */
export function toProtocolError(error: BailiwickError): ProtocolError {
  const row = ERRORS[error.code];
  const { upstream, ...data } = error.data as { upstream?: { code: number; data?: object } };
  const code = upstream?.code ?? ('rpc' in row ? row.rpc : ERRORS.INTERNAL.rpc);
  return new ProtocolError(code, error.message, { ...upstream?.data, ...data, code: error.code });
}
