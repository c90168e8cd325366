import type { Via } from '../../audit/record.ts';
import type { Principal } from '../../identity/principal.ts';
import { recordPrincipal } from '../describe-call.ts';
import { principalKey } from '../snapshot.ts';
import type { AppendEvent } from './append-event.ts';
import { createLastTold } from './last-told.ts';

/** Takes note that a credential was accepted. Costs one look-up where it was before in this hour. */
export type NoteSignin = (principal: Principal, via: Via) => void;

const HOUR_MS = 3_600_000;

/** Sign-ins that are told apart, and recorded, within one hour. */
const MAX_SIGNINS = 10_000;

/**
 * Records the first use of a credential, by principal, key, client and address, in each hour.
 *
 * Beyond `maxSignins` in an hour, one record with `detail.others` stands for all that follow.
 */
export function createSigninRecorder(deps: {
  readonly append: AppendEvent;
  readonly now: () => number;
  readonly maxSignins?: number;
}): NoteSignin {
  const { append, now, maxSignins = MAX_SIGNINS } = deps;
  let told = createLastTold(maxSignins);
  let hour = 0;
  let recorded = 0;
  return function noteSignin(principal, via) {
    const current = Math.floor(now() / HOUR_MS);
    if (current !== hour) {
      hour = current;
      recorded = 0;
      told = createLastTold(maxSignins);
    }
    if (recorded > maxSignins) return;
    const key = [principalKey(principal), principal.key ?? '', principal.client ?? '', via.ip ?? ''].join(
      ' ',
    );
    if (!told.isNews(key, '')) return;
    recorded += 1;
    const isBeyond = recorded > maxSignins;
    const { face } = via;
    void append(
      isBeyond
        ? { type: 'signin', via: { face }, detail: { others: true } }
        : { type: 'signin', principal: recordPrincipal(principal), via },
    ).then((isRecorded) => isRecorded || told.forget(key));
  };
}
