import path from 'node:path';
import { describeChange } from '../lock/describe.ts';
import type { OfferReview } from './lock-review.ts';
import { paint } from './terminal.ts';

/** How much of a list is printed. */
export interface Limits {
  readonly rows: number;
  /** Changes of one tool. */
  readonly changes: number;
}

export const EVERYTHING: Limits = { rows: Infinity, changes: Infinity };

const DEFAULT_LIMITS: Limits = { rows: 20, changes: 8 };

const SIGNS = { new: '+', changed: '~', gone: '-' } as const;
const COLOURS = { new: 'green', changed: 'yellow', gone: 'red' } as const;

/** Each tool that differs from the lock, with what changed in it. */
export function describeDrift(
  { drift, claims }: Pick<OfferReview, 'drift' | 'claims'>,
  limits: Limits = DEFAULT_LIMITS,
): string {
  const lines = drift
    .slice(0, limits.rows)
    .flatMap(({ id, status, changes }) => [
      paint(COLOURS[status], `${SIGNS[status]} ${id}  ${status}`),
      ...changes.slice(0, limits.changes).map((change) => `    ${describeChange(change)}`),
      ...more(changes.length - limits.changes, 'changes', '    '),
    ]);
  const words = `${count(claims.length, 'tool')} without \`trustAnnotations\`: what the server says of ${claims.length === 1 ? 'its' : 'their'} access counts once the lock holds it`;
  return [
    ...lines,
    ...more(drift.length - limits.rows, 'tools', ''),
    ...(claims.length > 0
      ? [`${words} (${claims.slice(0, 5).join(', ')}${claims.length > 5 ? ', …' : ''})`]
      : []),
  ].join('\n');
}

/** In a sentence: what the lock holds, what differs from it, and what to do. */
export function describeReview(review: OfferReview): string {
  const { drift, refused, state, tools, written } = review;
  const file = path.relative('.', review.file);
  const of = (status: string): number => drift.filter((one) => one.status === status).length;
  const differences = `${of('new')} new, ${of('changed')} changed, ${of('gone')} gone`;
  const unable = refused.map(
    ({ id, why }) => `${id} cannot be in a lock, and so is never served with one: ${why}`,
  );
  const first = (): string => {
    if (written !== undefined) {
      const all = `${count(written, 'tool')} in all`;
      return drift.length === 0 && state === 'in-force'
        ? `${file} is as it was: ${all}`
        : `${file} written: ${of('new')} added, ${of('changed')} changed, ${of('gone')} removed; ${all}`;
    }
    if (review.isClean)
      return tools === 1
        ? `${file} holds the one tool as it is`
        : `${file} holds all ${tools} tools as they are`;
    if (state === 'absent')
      return `there is no lock, so every tool is served as it is; \`bailiwick compile --lock\` writes one`;
    if (state === 'missing')
      return `${file} does not exist, and the configuration names it: every tool is held back`;
    return `${file} is not what the sources offer: ${differences}; what is new or changed is not served`;
  };
  const advice =
    written === undefined && state !== 'absent' && !review.isClean
      ? ['`bailiwick compile --lock` accepts what was reviewed']
      : [];
  return [first(), ...advice, ...unable].join('\n');
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** The line that stands for what was cut. */
export function more(number: number, what: string, indent: string): string[] {
  return number > 0 ? [`${indent}… and ${number} more ${what} (--all prints them)`] : [];
}
