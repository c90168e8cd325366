import type { Limits } from './isolation.ts';

/** A program with its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A process to start: a program as it was configured, or what isolates it. */
export interface Launch extends Command {
  readonly cwd?: string;
  /** Removes what may be left after all its processes were killed. */
  readonly cleanup?: Command;
  /** What is measured of the process and all that it starts. */
  readonly bounds: Pick<Limits, 'memory' | 'processes'>;
}

/** What is to run, before it is known how. */
export interface Program {
  readonly source: string;
  readonly command: readonly string[];
  /** Variables that the configuration gives to the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Marks everything that comes of this start. */
  readonly mark: string;
}
