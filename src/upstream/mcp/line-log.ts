import type { Logger } from '../../telemetry/logger.ts';

const MAX_LINE_LENGTH = 2_000;
const MAX_LINES_PER_SECOND = 50;
const KEPT_LINES = 5;

/** Logs a child's standard error by lines, at debug level, within bounds: long lines are cut, floods are counted. */
export interface LineLog {
  write(chunk: string): void;
  /** The last lines, for the operator's log when the child failed. */
  recent(): readonly string[];
}

export function createLineLog(options: { source: string; logger: Logger; now: () => number }): LineLog {
  const { source, logger, now } = options;
  let partial = '';
  let second = 0;
  let lines = 0;
  let dropped = 0;
  const kept: string[] = [];

  const log = (line: string): void => {
    const text = line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)}…` : line;
    kept.push(text);
    if (kept.length > KEPT_LINES) kept.shift();
    const thisSecond = Math.floor(now() / 1000);
    if (thisSecond !== second) {
      if (dropped > 0) logger.debug({ source, dropped }, 'lines of the upstream were not logged');
      second = thisSecond;
      lines = 0;
      dropped = 0;
    }
    lines += 1;
    if (lines <= MAX_LINES_PER_SECOND)
      logger.debug({ source, stderr: text }, 'upstream wrote to standard error');
    else dropped += 1;
  };

  return {
    write(chunk) {
      const parts = (partial + chunk).split('\n');
      partial = parts.pop() ?? '';
      for (const line of parts) if (line.trim() !== '') log(line.trimEnd());
      if (partial.length > MAX_LINE_LENGTH) {
        log(partial);
        partial = '';
      }
    },
    recent: () => (partial === '' ? kept : [...kept, partial]),
  };
}
