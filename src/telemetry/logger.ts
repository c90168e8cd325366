import { pino } from 'pino';
import { escapeControls } from './escape.ts';
import { toErrorFields } from './error-fields.ts';
import { createMask } from './mask.ts';
import { toTerminalLine } from './terminal-line.ts';

/** Structured log, on standard error. `fields` never hold a credential; errors are passed as `err`. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Where finished lines go: a stream, e.g. `process.stderr`. */
export interface LogDestination {
  write(line: string): unknown;
  /** A person reads here: lines are set for reading instead of as JSON. */
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

export interface LoggerOptions {
  /**
   * Every secret that was configured, asked for at each line. Whatever of 6 characters or more is in a finished line, as
   * it is or percent-encoded, becomes `***`. A last line of defence: nobody logs a credential on purpose.
   */
  readonly secrets?: () => readonly string[];
  readonly destination?: LogDestination;
}

/**
 * A logger that writes one line for each event to standard error: standard output belongs to the protocol and to
 * `--json`. JSON, or for reading where a person does.
 *
 * What is logged cannot end its line, begin another, or steer a terminal: control characters are escaped.
 */
export function createLogger(level: LogLevel, options: LoggerOptions = {}): Logger {
  const destination = options.destination ?? standardError();
  const mask = createMask(options.secrets ?? (() => []));
  const colours = destination.hasColors?.() ?? false;
  const write = (line: string): void => {
    const text = destination.isTTY
      ? toTerminalLine(mask(line), { colours })
      : escapeControls(mask(line).trimEnd());
    destination.write(`${text}\n`);
  };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: toErrorFields },
    },
    { write },
  );
}

/** A terminal is written to at once; a pipe in the background, and to its end when the process exits. */
function standardError(): LogDestination {
  return process.stderr.isTTY ? process.stderr : pino.destination({ dest: 2, sync: false });
}
