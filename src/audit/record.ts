import type { Access } from '../catalog/tool.ts';

/** Version of the record format. */
export const RECORD_VERSION = 1;

/**
 * - `call.*`: see `RecordEntry.call`. A call that a limit refuses is a `call.refused` with the code `LIMIT_EXCEEDED`.
 * - `list`: what a caller was shown. `signin`: a credential was accepted, or, with `detail.what`, what
 *   happened at the authorization server. `approval`: a person was asked, or answered.
 * - `key`: a credential, or a key that signs or encrypts, came, went or was rotated. `config`: start, reload, stop.
 * - `drift`: an upstream's definitions are not those of the lock. `limit`: a soft limit was passed, or a reservation was lost.
 * - `checkpoint`: a signed head. `repair`: a chain of a process that is gone was put in order.
 */
export type RecordType =
  | 'call.intent'
  | 'call.outcome'
  | 'call.refused'
  | 'list'
  | 'approval'
  | 'signin'
  | 'key'
  | 'config'
  | 'drift'
  | 'limit'
  | 'checkpoint'
  | 'repair';

export type RecordStatus = 'ok' | 'tool-error' | 'upstream-error' | 'refused' | 'cancelled' | 'unknown';

/** What a writer of records knows; the chain adds `v`, `seq`, `prev`, `hash`, `time` and `chain`. Absent members are left out. */
export interface RecordEntry {
  readonly type: RecordType;
  /** Identifies one leaf call; its intent and its outcome share it. */
  readonly call?: string;
  /** The call that made this one. */
  readonly parent?: string;
  readonly principal?: {
    readonly issuer: string;
    readonly subject: string;
    readonly team?: string;
    readonly groups: readonly string[];
    readonly scopes: readonly string[];
    readonly client?: string;
    /** Which credential it showed: a short name that cannot be turned back into the credential. */
    readonly key?: string;
    /** On whose behalf whom: the delegation chain (RFC 8693, section 4.1), the nearest actor outermost. */
    readonly act?: unknown;
  };
  readonly via?: Via;
  readonly target?: {
    readonly kind: 'tool' | 'resource' | 'prompt' | 'model';
    readonly source?: string;
    readonly name: string;
    readonly access?: Access;
  };
  readonly decision?: {
    readonly effect: string;
    readonly rules: readonly string[];
    readonly reason?: string;
  };
  /** Digest of the policy set. */
  readonly policy?: string;
  /** Digest of the catalog. */
  readonly catalog?: string;
  /** `masked`: the arguments with what must not be kept replaced. `full`: as they were sent. */
  readonly args?: { readonly digest: string; readonly masked?: unknown; readonly full?: unknown };
  readonly result?: {
    readonly status: RecordStatus;
    readonly code?: number | string;
    readonly bytes?: number;
    readonly digest?: string;
    readonly ms?: number;
    readonly upstreamId?: string;
  };
  /** What the call cost, as the Ledger counts it. */
  readonly cost?: {
    readonly nanoUsd?: number;
    readonly inputTokens?: number;
    readonly outputTokens?: number;
    /** True where the true cost is not known, and the most it can be was charged. */
    readonly bound?: boolean;
  };
  /** Free members, by type: what a `list` held, what a `config` changed, how many refusals are folded into one. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Through which door a call came. */
export interface Via {
  readonly face: 'http' | 'stdio' | 'cli';
  readonly era?: 'legacy' | 'modern';
  /** Of a call: the path of the endpoint, as conditions see it (`call.endpoint`). */
  readonly endpoint?: string;
  readonly session?: string;
  readonly clientName?: string;
  readonly clientVersion?: string;
  readonly ip?: string;
  /** W3C Trace Context: the trace and the span that the caller named. */
  readonly trace?: string;
  readonly span?: string;
}

/**
 * A stored record: one line of a chain file.
 *
 * `hash` is `sha256:<64 hex digits>`, SHA-256 of the RFC 8785 form of all other members. On disk a line is exactly that
 * form with `hash` put in as its last member, so that two texts of one record cannot both be right.
 */
export interface AuditRecord extends RecordEntry {
  readonly v: number;
  /** Position in the chain, from 1, without gaps. */
  readonly seq: number;
  /** `hash` of the record before; `sha256:` and 64 zeros for the first. */
  readonly prev: string;
  readonly hash: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  readonly chain: string;
}
