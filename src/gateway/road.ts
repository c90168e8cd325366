import type { RecordEntry, Via } from '../audit/record.ts';
import type { Principal } from '../identity/principal.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CallContext } from '../upstream/upstream.ts';
import type { Endpoint } from './endpoint.ts';
import type { NoteShadow } from './events/log-shadow.ts';
import type { NoteList } from './events/record-lists.ts';
import type { InFlight } from './in-flight.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Round } from './questions/rounds.ts';
import type { Snapshot } from './snapshot.ts';

/** What every call needs of the world. Wired once, in `app.ts`. */
export interface Road {
  /** Resolves once the entry is accepted, or with `durable` once it is on disk; rejects `RECORD_UNAVAILABLE`. */
  readonly record: (entry: RecordEntry, options: { durable: boolean }) => Promise<void>;
  readonly noteList: NoteList;
  /** Absent: shadow policies are only recorded. */
  readonly noteShadow?: NoteShadow;
  readonly inFlight: InFlight;
  readonly ledger: Ledger;
  readonly logger: Logger;
  readonly now: () => number;
  readonly newId: () => string;
}

/** One request, as every face hands it over: SDK types end before this. */
export interface Caller {
  readonly principal: Principal;
  readonly via: Via;
  readonly endpoint: Endpoint;
  /** The snapshot that was current when the request arrived. */
  readonly snapshot: Snapshot;
  readonly context: CallContext;
  /** The caller can get further scopes, and may be told of one that it lacks where policy says so. */
  readonly mayStepUp?: boolean;
  /** The only scopes that it can get, where that is known here: of others it is told nothing. */
  readonly obtainable?: readonly string[];
  /** Given where the request may be one of several rounds. */
  readonly round?: Round;
  /** The call that makes this one, where one does. */
  readonly parent?: string;
}
