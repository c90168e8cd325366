import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import {
  deserializeMessage,
  serializeMessage,
  type JSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/client';
import type { Scrub } from '../scrub.ts';
import { describeExcess } from './isolation/describe-excess.ts';
import { guardian, type Guarded } from './isolation/guardian.ts';
import type { Launch } from './isolation/launch.ts';

/** A message longer than this is not read; the child is ended. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** How long a child gets after its input ended, and again after SIGTERM. */
const GRACE_MS = 2_000;

/** How long the pipes of an ended child may stay open: something that it started may hold them. */
const PIPE_GRACE_MS = 500;

export interface ChildTransportOptions {
  /** Finds out how to start the program so that it is held to its settings; may throw where that cannot be done here. */
  readonly prepare: (mark: string) => Promise<Launch>;
  /** Masks secrets in what is quoted of the child's output. */
  readonly scrub: Scrub;
  readonly onErrorOutput: (text: string) => void;
}

/**
 * MCP over the standard streams of a child process.
 *
 * Own instead of the SDK's for three reasons: the environment is exactly what is given; the child leads a process group
 * that ends with it, so that a wrapper (`npx`, a shell) leaves no orphans; and version negotiation probes this one
 * process instead of starting a second one for the probe.
 */
export class ChildTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  /** The process ended, however it did. */
  onended?: (ending: string) => void;
  /** Lines on standard output that were not JSON-RPC. */
  rubbish = 0;
  /** JSON-RPC messages received. */
  messages = 0;
  /** How the process ended: `code 1`, `signal SIGKILL`. */
  ending: string | undefined;
  /** The limit for which it was ended, as what follows "ended". */
  excess: string | undefined;

  readonly #options: ChildTransportOptions;
  #process: ChildProcessWithoutNullStreams | undefined;
  #guarded: Guarded | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #closed = false;
  #isClosing = false;

  constructor(options: ChildTransportOptions) {
    this.#options = options;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  async start(): Promise<void> {
    const mark = guardian.nextMark();
    const launch = await this.#options.prepare(mark);
    if (this.#isClosing) throw new NotSentError('the child process is not wanted any more');
    guardian.start();
    const child = spawn(launch.program, [...launch.args], {
      env: { ...launch.environment },
      cwd: launch.cwd,
      stdio: 'pipe',
      shell: false,
      windowsHide: true,
      // The child leads its own process group; see #signal.
      detached: process.platform !== 'win32',
    });
    this.#process = child;
    if (child.pid !== undefined) this.#guard(child.pid, mark, launch);
    // Each child adds a listener; more than ten of them are no leak.
    process.setMaxListeners(Math.max(process.getMaxListeners(), process.listenerCount('exit') + 10));
    process.once('exit', this.#killOnExit);
    child.stdin.on('error', (error) => this.onerror?.(error));
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#options.onErrorOutput(text));
    child.on('exit', (code, signal) => {
      this.ending = signal === null ? `code ${code}` : `signal ${signal}`;
      this.onended?.(this.ending);
      this.#signal('SIGKILL');
      void this.#guarded?.end();
      setTimeout(() => this.#end(), PIPE_GRACE_MS).unref();
    });
    child.on('close', () => this.#end());
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(toStartError(error, launch.program)));
    });
    child.on('error', (error) => this.onerror?.(error));
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const child = this.#process;
    if (
      !child ||
      this.#closed ||
      child.exitCode !== null ||
      child.signalCode !== null ||
      !child.stdin.writable
    ) {
      throw new NotSentError('the child process is not running');
    }
    await new Promise<void>((resolve, reject) => {
      child.stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Ends the child: end of input, then SIGTERM, then SIGKILL; resolves when it is gone. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const child = this.#process;
    if (!child || child.pid === undefined) return this.#end();
    const hasExited = () => child.exitCode !== null || child.signalCode !== null;
    const exited = hasExited() ? Promise.resolve() : once(child, 'exit');
    child.stdin.end();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (hasExited()) break;
      await Promise.race([exited, sleep(GRACE_MS)]);
      if (!hasExited()) this.#signal(signal);
    }
    await Promise.race([exited, sleep(GRACE_MS)]);
    await this.#guarded?.end();
    this.#end();
  }

  /** From here on the child ends with us, and what it started ends with it. */
  #guard(leader: number, mark: string, { bounds, cleanup }: Launch): void {
    this.#guarded = guardian.watch({ leader, mark, bounds, ...(cleanup && { cleanup }) }, (excess) => {
      this.excess = describeExcess(excess, bounds);
    });
  }

  /** A process that ends in a hurry, say at a second Ctrl+C, leaves no child behind. */
  readonly #killOnExit = (): void => this.#signal('SIGKILL');

  /** Signals the child's whole group, so that what it started ends too. */
  #signal(signal: NodeJS.Signals): void {
    const child = this.#process;
    if (child?.pid === undefined) return;
    try {
      if (process.platform === 'win32') child.kill(signal);
      else process.kill(-child.pid, signal);
    } catch {
      // ESRCH: nobody of the group is left, which is what was wanted.
    }
  }

  #read(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const line = Buffer.concat([...this.#chunks, rest.subarray(0, end)]).toString('utf8');
      this.#chunks = [];
      this.#bytes = 0;
      rest = rest.subarray(end + 1);
      if (line.trim() !== '') this.#receive(line);
    }
    if (rest.length === 0) return;
    this.#chunks.push(rest);
    this.#bytes += rest.length;
    if (this.#bytes <= MAX_MESSAGE_BYTES) return;
    this.#chunks = [];
    this.#bytes = 0;
    this.onerror?.(new Error(`a line of more than ${MAX_MESSAGE_BYTES} bytes on standard output`));
    void this.close();
  }

  #receive(line: string): void {
    let message: JSONRPCMessage;
    try {
      message = deserializeMessage(line);
    } catch {
      this.rubbish += 1;
      const quoted = this.#options.scrub(line).slice(0, 200);
      this.onerror?.(new Error(`not a JSON-RPC message on standard output: ${quoted}`));
      return;
    }
    this.messages += 1;
    this.onmessage?.(message);
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    process.off('exit', this.#killOnExit);
    const child = this.#process;
    child?.stdin.destroy();
    child?.stdout.destroy();
    child?.stderr.destroy();
    this.onclose?.();
  }
}

/** Nothing of the message left this process, so sending it again repeats nothing. */
export class NotSentError extends Error {
  override name = 'NotSentError';
}

/** Node's error lists all arguments of the command, which may hold a credential. */
function toStartError(error: NodeJS.ErrnoException, program: string): Error {
  return Object.assign(new Error(`the program cannot be started: ${error.code ?? 'unknown'}`), {
    code: error.code,
    program,
  });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
