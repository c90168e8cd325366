import { isJsonObject } from '../catalog/json.ts';
import { checkSignature, toSignedHead } from './signed-head.ts';
import type { PublicKey } from './signing-key.ts';
import type { VerifiedLine } from './verify-line.ts';

/** Keys that verification takes for the gateway's own. */
export interface Trust {
  readonly keys: readonly PublicKey[];
  /** True where somebody named them: then a chain that other keys signed, or none, is not ok. */
  readonly isRequired: boolean;
}

/** What the checkpoints of a chain say about who wrote it. */
export interface SignatureVerdict {
  readonly checkpoints: number;
  /** The last record that a trusted key signed; 0: none. */
  readonly trustedUntil: number;
  /** Ids of trusted keys that signed. */
  readonly trusted: readonly string[];
  /** Ids of keys that signed and are not known here. */
  readonly unknown: readonly string[];
}

/** Looks at the checkpoints of one chain, in order. */
export interface SignatureCheck {
  /** Returns what is wrong with the record, if anything. `before` is the record before it. */
  add(record: VerifiedLine, before: { readonly seq: number; readonly time: string }): string | undefined;
  verdict(): SignatureVerdict;
}

/** A trusted key passes its trust on to the key that a `key` record names, by signing that record. */
export function createSignatureCheck(trust: Trust, known = new Map<string, PublicKey>()): SignatureCheck {
  // Whole keys: an id is short enough that another key with the same one could be searched for.
  const trusted = new Set(trust.keys.map(({ spki }) => spki));
  /** Ids by keys. */
  const signers = new Map<string, string>();
  let checkpoints = 0;
  let trustedUntil = 0;
  let successor: { seq: number; publicKey: string } | undefined;

  function checkpoint(record: VerifiedLine, before: { seq: number; time: string }): string | undefined {
    const { detail } = record;
    const head = toSignedHead(
      isJsonObject(detail) && isJsonObject(detail['head'])
        ? { ...detail, ...detail['head'], chain: record.chain }
        : undefined,
    );
    if (head === undefined) return 'the checkpoint holds no signed head';
    if (head.seq !== record.seq - 1 || head.hash !== record.prev) {
      return `the checkpoint signs another record than the one before it: ${head.seq}`;
    }
    if (before.seq > 0 && head.time !== before.time)
      return 'the checkpoint signs another time than the record before it has';
    const signer = checkSignature(head, known);
    if (typeof signer === 'string') return `the checkpoint is not signed: ${signer}`;
    checkpoints += 1;
    signers.set(signer.spki, signer.id);
    if (!trusted.has(signer.spki)) {
      return trust.isRequired
        ? `the checkpoint is signed by the key ${signer.id}, which is not trusted`
        : undefined;
    }
    trustedUntil = head.seq;
    if (successor?.seq === head.seq) trusted.add(successor.publicKey);
    return undefined;
  }

  return {
    add(record, before) {
      if (record.type === 'checkpoint') return checkpoint(record, before);
      const { detail } = record;
      if (record.type !== 'key' || !isJsonObject(detail) || detail['change'] !== 'signs') return undefined;
      const { publicKey } = detail;
      if (typeof publicKey === 'string') successor = { seq: record.seq, publicKey };
      return undefined;
    },
    verdict: () => ({
      checkpoints,
      trustedUntil,
      trusted: [...signers].flatMap(([spki, id]) => (trusted.has(spki) ? [id] : [])),
      unknown: [...signers].flatMap(([spki, id]) => (trusted.has(spki) ? [] : [id])),
    }),
  };
}
