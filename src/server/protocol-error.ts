import { ProtocolError } from '@modelcontextprotocol/server';
import { BailiwickError, ERRORS, toBailiwickError } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Turns every throw into the wire's form; what is not ours to tell stays in the log. */
export async function answer<T>(logger: Logger, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw tellFault(logger, thrown);
  }
}

/** What the client is told of a throw. One that nobody foresaw is told to the operator here; the road logs its own faults. */
export function tellFault(logger: Logger, thrown: unknown): ProtocolError {
  if (!(thrown instanceof BailiwickError)) {
    logger.error({ err: thrown }, 'a request failed inside Bailiwick');
  }
  return toProtocolError(toBailiwickError(thrown));
}

/**
 * The JSON-RPC form of a fault: the table in `errors.ts` has its code, `data.code` its stable name. An upstream's own code and
 * data are passed on.
 */
function toProtocolError(error: BailiwickError): ProtocolError {
  const row = ERRORS[error.code];
  const { upstream, ...data } = error.data as { upstream?: { code: number; data?: object } };
  const code = upstream?.code ?? ('rpc' in row ? row.rpc : ERRORS.INTERNAL.rpc);
  return new ProtocolError(code, error.message, { ...upstream?.data, ...data, code: error.code });
}
