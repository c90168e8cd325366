import { execFile } from 'node:child_process';

/** No probe takes longer on a machine that is of any use. */
const PROBE_MS = 20_000;

export interface ProbeResult {
  readonly ok: boolean;
  readonly output: string;
  /** The last line that the program wrote to standard error, or how it ended. Short, without control characters. */
  readonly reason: string;
}

/** Runs a program to see whether it can do its work. */
export function runProbe(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { env: environment, timeout: PROBE_MS, maxBuffer: 4_194_304 },
      (error, stdout, stderr) => {
        const said = stderr
          .trim()
          .split('\n')
          .at(-1)
          // oxlint-disable-next-line no-control-regex -- what is quoted goes to logs and terminals
          ?.replaceAll(/[\x00-\x1F\x7F-\x9F]/g, ' ')
          .slice(0, 300);
        const reason = said || (error?.killed ? `no answer in ${PROBE_MS} ms` : 'it failed');
        resolve({ ok: error === null, output: stdout, reason: error ? reason : '' });
      },
    );
  });
}
