import type { LostReservation } from '../../state/store.ts';
import type { LimitAlert } from '../ledger/alerts.ts';
import type { AppendEvent } from './append-event.ts';

/** What the Ledger tells beside its refusals, as records; a call that a limit refuses is a `call.refused`. */
export function createLimitRecorder(append: AppendEvent): {
  readonly onAlert: (alert: LimitAlert) => void;
  readonly onLost: (lost: LostReservation) => void;
} {
  return {
    onAlert: (alert) => void append({ type: 'limit', detail: { change: 'alert', ...alert } }),
    onLost: ({ id, charged }) =>
      void append({ type: 'limit', call: id, detail: { change: 'lost', charged } }),
  };
}
