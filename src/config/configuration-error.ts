import { BailiwickError } from '../errors.ts';
import type { Inputs } from './inputs.ts';

/** One thing that is wrong. `line` and `column` count from 1; `pointer` is a JSON Pointer (RFC 6901). */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly pointer: string;
  readonly message: string;
  /** What would be right. */
  readonly hint?: string;
}

/** The configuration cannot be used. Carries every problem, and what was read so far: what to watch for its repair. */
export class ConfigurationError extends BailiwickError {
  readonly problems: readonly Problem[];
  readonly #inputs: Inputs;

  constructor(problems: readonly Problem[], inputs: Inputs) {
    super('CONFIGURATION', problems.map(toText).join('\n'), { data: { problems } });
    this.name = 'ConfigurationError';
    this.problems = problems;
    this.#inputs = inputs;
  }

  /** What was read, or looked for. Not a member that is logged: a path may hold a secret. */
  get inputs(): Inputs {
    return this.#inputs;
  }
}

/** `file:line:column  message`, the hint on a line of its own. */
function toText({ file, line, column, message, hint }: Problem): string {
  return `${file}:${line}:${column}  ${message}${hint === undefined ? '' : `\n    ${hint}`}`;
}
