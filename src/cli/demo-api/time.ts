import type { Ticket } from './types.ts';

/** Hours until an answer is due. */
export const HOURS_TO_ANSWER: Readonly<Record<Ticket['priority'], number>> = {
  urgent: 1,
  high: 8,
  normal: 24,
  low: 72,
};

/** A moment some hours after another, as RFC 3339 with whole seconds. */
export function hoursAfter(moment: string, hours: number): string {
  return toTime(Date.parse(moment) + hours * 3_600_000);
}

/** Milliseconds since the epoch as RFC 3339 with whole seconds. */
export function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Sort key of things that are listed by their time of creation; unique, because the id is part of it. */
export function byAge(item: { createdAt: string; id: string }): string {
  return `${item.createdAt} ${item.id}`;
}
