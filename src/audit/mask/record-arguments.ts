import { digestOf } from '../../catalog/canonical.ts';
import type { Json, JsonObject, JsonSchema } from '../../catalog/json.ts';
import type { RecordEntry } from '../record.ts';
import type { AuditSettings } from '../settings.ts';
import { createMask } from './mask.ts';

/** What a record keeps of what a caller sent. */
export interface ArgumentRecorder {
  /** Undefined for arguments that have no RFC 8785 form. `schema` is asked for only where the arguments are masked. */
  of(args: JsonObject, schema?: () => JsonSchema): RecordEntry['args'];
  /** The same for a call that is refused: never more than the masked form, however large what was sent is. */
  ofRefused(args: JsonObject, schema?: () => JsonSchema): RecordEntry['args'];
  /** The same for a call to what the caller cannot see: the digest alone. */
  ofUnseen(args: JsonObject): RecordEntry['args'];
  /** A text of the caller's, e.g. a URI or a name, without credentials. */
  text(text: string): string;
}

/** What is kept of arguments that could not be masked: that there were some, beside their digest. */
const NOT_MASKED = '[left out]';

/**
 * No call fails because of what its record keeps: arguments that cannot be masked are left out of it.
 *
 * @param secrets Secrets of the configuration: they are in no record but in arguments that are kept in full.
 * @param onFault told why arguments could not be masked
 */
export function createArgumentRecorder(
  settings: Pick<AuditSettings, 'arguments' | 'mask'>,
  secrets: readonly string[],
  onFault: (error: unknown) => void = () => {},
): ArgumentRecorder {
  const mask = createMask({ chosen: settings.mask, secrets });
  const masked = (args: JsonObject, schema?: () => JsonSchema): Json => {
    try {
      return mask.value(args, schema?.());
    } catch (error) {
      onFault(error);
      return NOT_MASKED;
    }
  };
  const keep = (
    kept: AuditSettings['arguments'],
    args: JsonObject,
    schema?: () => JsonSchema,
  ): RecordEntry['args'] => {
    const digest = tryDigest(args);
    if (digest === undefined || kept === 'digest') return digest;
    return { ...digest, ...(kept === 'full' ? { full: args } : { masked: masked(args, schema) }) };
  };
  return {
    of: (args, schema) => keep(settings.arguments, args, schema),
    ofRefused: (args, schema) => keep(settings.arguments === 'digest' ? 'digest' : 'masked', args, schema),
    ofUnseen: tryDigest,
    text: mask.text,
  };
}

function tryDigest(args: JsonObject): { digest: string } | undefined {
  try {
    return { digest: digestOf(args) };
  } catch {
    return undefined;
  }
}
