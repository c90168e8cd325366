/** A place in a policy file. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something wrong in a policy file, and where. `message` says what to do about it. */
export interface Problem extends Position {
  readonly message: string;
}

/** `file:line:column: message`, one problem a line. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems
    .map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`)
    .join('\n');
}
