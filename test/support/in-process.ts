import path from 'node:path';
import { Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';
import type { Outcome } from './command-line.ts';

/** Runs `bailiwick <args>` in this process, which takes milliseconds. Paths are relative to the repository. */
export async function runHere(args: readonly string[]): Promise<Outcome> {
  let out = '';
  let err = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      out += chunk.toString('utf8');
      done();
    },
  });
  const status = await run(args, {
    out: (text) => void (out += `${text}\n`),
    err: (text) => void (err += `${text}\n`),
    stream,
    isWatched: false,
  });
  return { status, out, err };
}

/** {@link runHere} with the configuration of a folder. Paths are said as from there. */
export async function runWith(folder: string, args: readonly string[]): Promise<Outcome> {
  const outcome = await runHere([...args, '--config', path.join(folder, 'bailiwick.yaml')]);
  const toFolder = `${path.relative('.', folder)}${path.sep}`;
  return {
    ...outcome,
    out: outcome.out.replaceAll(toFolder, ''),
    err: outcome.err.replaceAll(toFolder, ''),
  };
}
