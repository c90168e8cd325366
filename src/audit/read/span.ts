/** Moments as records write them: RFC 3339, UTC, milliseconds. Both belong to the span. */
export interface Span {
  readonly since?: string;
  readonly until?: string;
}

/** How far a clock may have been set back while records were written, without any being passed over. */
const SLACK_MS = 3_600_000;

/**
 * Where reading may begin and end. The records of a chain are in the order of their clock unless that is set back; so
 * reading goes an hour further on both sides, and every record is asked for its own time.
 */
export function withSlack({ since, until }: Span): Span {
  return {
    ...(since !== undefined && { since: move(since, -SLACK_MS) }),
    ...(until !== undefined && { until: move(until, SLACK_MS) }),
  };
}

function move(time: string, milliseconds: number): string {
  // Further is no time at all; records' years have four digits.
  const moved = Math.min(Math.max(Date.parse(time) + milliseconds, Date.UTC(0, 0)), Date.UTC(9999, 11, 31));
  return new Date(moved).toISOString();
}

export function isWithin({ since, until }: Span, time: string): boolean {
  return (since === undefined || time >= since) && (until === undefined || time <= until);
}
