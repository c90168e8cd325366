import { digestOf } from '../../catalog/canonical.ts';
import type { JsonObject, JsonSchema } from '../../catalog/json.ts';
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

/** @param secrets Secrets of the configuration: they are in no record but in arguments that are kept in full. */
export function createArgumentRecorder(
  settings: Pick<AuditSettings, 'arguments' | 'mask'>,
  secrets: readonly string[],
): ArgumentRecorder {
  const mask = createMask({ chosen: settings.mask, secrets });
  const keep = (
    kept: AuditSettings['arguments'],
    args: JsonObject,
    schema?: () => JsonSchema,
  ): RecordEntry['args'] => {
    const digest = tryDigest(args);
    if (digest === undefined || kept === 'digest') return digest;
    return { ...digest, ...(kept === 'full' ? { full: args } : { masked: mask.value(args, schema?.()) }) };
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
