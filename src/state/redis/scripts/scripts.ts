import { REAP, RENEW, RESERVE, ROWS, SETTLE, TALLY, TOTALS } from './ledger-scripts.ts';
import { LAYOUT_GUARD } from './layout-script.ts';
import { GET, LIST, PUT, TAKE } from './value-scripts.ts';

/** A script, and what it works on. */
export interface ScriptDefinition {
  readonly lua: string;
  readonly family: 'ledger' | 'values' | 'messages';
  /** Doing it twice comes to the same as doing it once, so it can be sent again when its answer was lost. */
  readonly repeatable: boolean;
}

const ledger = (lua: string, repeatable = true): ScriptDefinition => ({ lua, family: 'ledger', repeatable });
const values = (lua: string, repeatable = true): ScriptDefinition => ({ lua, family: 'values', repeatable });

/**
 * `ARGV`: layout, channel, message. By a script, because that goes to the node of the slot: nodes that publish in turn would
 * mix up the order.
 */
const PUBLISH = `${LAYOUT_GUARD}
return redis.call('PUBLISH', ARGV[2], ARGV[3])
`;

export const SCRIPTS = {
  reserve: ledger(RESERVE),
  settle: ledger(SETTLE),
  renew: ledger(RENEW),
  reap: ledger(REAP, false),
  totals: ledger(TOTALS),
  tally: ledger(TALLY, false),
  rows: ledger(ROWS),
  get: values(GET),
  put: values(PUT, false),
  take: values(TAKE, false),
  list: values(LIST),
  publish: { lua: PUBLISH, family: 'messages', repeatable: false },
} as const satisfies Record<string, ScriptDefinition>;

export type ScriptName = keyof typeof SCRIPTS;
