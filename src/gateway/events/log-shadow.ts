import type { Logger } from '../../telemetry/logger.ts';
import type { Ruling } from '../decide-call.ts';
import type { Snapshot } from '../snapshot.ts';

/** Takes note of a decision that shadow policies took part in. */
export type NoteShadow = (snapshot: Pick<Snapshot, 'shadow'>, ruling: Ruling | undefined) => void;

const MINUTE_MS = 60_000;

/** What the shadow policies decided since the last line of the log. */
interface Counts {
  decided: number;
  differing: number;
  /** By how they differ: `permit → deny`. */
  readonly changes: Map<string, number>;
}

/**
 * Tells the operator in how many decisions shadow policies differ: one line for the first, and then at most one a minute. The record
 * has each of them.
 */
export function createShadowLog({ logger, now }: { readonly logger: Logger; readonly now: () => number }): {
  readonly note: NoteShadow;
  /** Tells what was not told yet. */
  close(): void;
} {
  let counts = noCounts();
  let toldAt = Number.NEGATIVE_INFINITY;

  function tell(): void {
    const { decided, differing, changes } = counts;
    if (differing === 0) return;
    const kinds = [...changes].map(([change, count]) => `${change} ${count}`).join(', ');
    logger.info(
      { decided, differing, changes: Object.fromEntries(changes) },
      `the shadow policies decide ${differing} of ${decided} calls otherwise (${kinds}); \`bailiwick audit query --shadow\` shows them`,
    );
    counts = noCounts();
    toldAt = now();
  }

  return {
    note({ shadow }, ruling) {
      if (shadow === undefined || ruling === undefined) return;
      counts.decided += 1;
      if (ruling.shadow !== undefined) {
        const { effect } = ruling.decision;
        const change =
          effect === ruling.shadow.effect
            ? `${effect} by other rules`
            : `${effect} → ${ruling.shadow.effect}`;
        counts.differing += 1;
        counts.changes.set(change, (counts.changes.get(change) ?? 0) + 1);
      }
      if (now() - toldAt >= MINUTE_MS) tell();
    },
    close: tell,
  };
}

function noCounts(): Counts {
  return { decided: 0, differing: 0, changes: new Map() };
}
