import type { Logger } from '../../telemetry/logger.ts';
import type { Scrub } from '../scrub.ts';
import { createLastWords } from './last-words.ts';

const MAX_LINE_LENGTH = 2_000;
const MAX_LINES_PER_SECOND = 50;
const KEPT_LINES = 5;

/**
 * Logs a child's standard error by lines, at debug level, without the source's secrets, within bounds: long lines are cut,
 * floods are counted.
 */
export interface LineLog {
  write(chunk: string): void;
  /** The last lines, for the operator's log when the child failed. */
  recent(): readonly string[];
  /** Why the child fails, by its own words, on one line; empty where it wrote nothing. */
  lastWords(): string;
}

export function createLineLog(options: {
  source: string;
  scrub: Scrub;
  logger: Logger;
  now: () => number;
}): LineLog {
  const { source, scrub, logger, now } = options;
  let partial = '';
  /** The rest of a line that was too long is not read. */
  let isSkipping = false;
  let second = 0;
  let lines = 0;
  let dropped = 0;
  const kept: string[] = [];
  const words = createLastWords();

  const toText = (line: string): string => {
    const clean = scrub(line);
    return clean.length > MAX_LINE_LENGTH ? `${clean.slice(0, MAX_LINE_LENGTH)}…` : clean;
  };

  const log = (line: string): void => {
    const text = toText(line);
    kept.push(text);
    words.hear(text);
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
      for (const line of parts) {
        if (!isSkipping && line.trim() !== '') log(line.trimEnd());
        isSkipping = false;
      }
      // Twice as much as is kept, so that no secret is cut where it could not be found.
      if (!isSkipping && partial.length > 2 * MAX_LINE_LENGTH) {
        log(partial);
        isSkipping = true;
      }
      if (isSkipping) partial = '';
    },
    recent: () => (partial === '' ? kept : [...kept, toText(partial)]),
    lastWords: () => words.toText(),
  };
}
