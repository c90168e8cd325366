import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { FromGuardian, ToGuardian, Ward } from './guardian-messages.ts';

/** A limit that a child went beyond, for which it was ended. */
export interface Excess {
  readonly limit: 'memory' | 'processes';
  readonly used: number;
}

/** Ends children together with us, and tells of those that went beyond their limits. */
export interface Guardian {
  /** A mark for the next child, to be put in its environment. */
  nextMark(): string;
  /** Starts guarding, where that was not done yet. To be called before the first child is started. */
  start(): void;
  watch(ward: Omit<Ward, 'id'>, onExceeded: (excess: Excess) => void): Guarded;
}

export interface Guarded {
  /** The child has ended: what it started ends too, and what it left is removed. Resolves when that is done. */
  end(): Promise<void>;
}

/** How long a guardian gets to remove what a child left. */
const END_MS = 10_000;

/**
 * The guardian of this process's children: one helper process for all of them, started with the first.
 *
 * It lives in a session of its own, so that neither Ctrl+C nor the end of a terminal reaches it before us.
 */
function createGuardian(): Guardian {
  const instance = randomBytes(8).toString('hex');
  const wards = new Map<string, { ward: Ward; onExceeded: (excess: Excess) => void; onEnded: () => void }>();
  let helper: ChildProcess | undefined;
  let lastMark = 0;

  const send = (message: ToGuardian): void => {
    helper?.stdin?.write(`${JSON.stringify(message)}\n`);
  };
  const receive = (line: string): void => {
    const message = JSON.parse(line) as FromGuardian;
    if ('ended' in message) wards.get(message.ended)?.onEnded();
    else wards.get(message.exceeded)?.onExceeded({ limit: message.limit, used: message.used });
  };
  const start = (): void => {
    if (helper || process.platform === 'win32') return;
    const started = spawn(process.execPath, [...NODE_OPTIONS, PROGRAM, instance], {
      env: {},
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    helper = started;
    const lost = (): void => {
      if (helper !== started) return;
      helper = undefined;
      if (wards.size > 0) start();
    };
    started.once('error', lost);
    started.once('exit', lost);
    started.stdin.on('error', () => {});
    createInterface({ input: started.stdout }).on('line', receive);
    // None of this keeps us alive.
    started.unref();
    for (const stream of [started.stdin, started.stdout]) (stream as Socket).unref();
    for (const { ward } of wards.values()) send({ watch: ward });
  };

  return {
    nextMark: () => `${instance}.${++lastMark}`,
    start,
    watch(given, onExceeded) {
      const ward: Ward = { id: given.mark, ...given };
      const { promise: ended, resolve: onEnded } = Promise.withResolvers<void>();
      wards.set(ward.id, { ward, onExceeded, onEnded });
      send({ watch: ward });
      return {
        async end() {
          if (!wards.has(ward.id)) return;
          send({ end: ward.id });
          await (helper ? withPatience(ended) : undefined);
          wards.delete(ward.id);
        },
      };
    },
  };
}

/** What it does is small: it needs no room, and no code made fast. */
const NODE_OPTIONS: readonly string[] = [
  '--max-old-space-size=32',
  '--max-semi-space-size=1',
  '--no-warnings',
];

/** Beside this file, in the sources as in the package. */
const PROGRAM = path.join(import.meta.dirname, `guardian-process${path.extname(import.meta.filename)}`);

async function withPatience(ended: Promise<void>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, END_MS);
  await Promise.race([ended, over]);
  clearTimeout(timer);
}

/** Children are those of the process, and so is their guardian. */
export const guardian: Guardian = createGuardian();
