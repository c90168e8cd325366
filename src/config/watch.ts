import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { currentDigest, type Input, type Inputs, signatureOf } from './inputs.ts';
import { findWatchedFolders } from './watched-folders.ts';

export interface WatchOptions {
  /**
   * Called when what is there differs from what was read, or from what was last reported. Never for a file that was
   * touched or rewritten with the same content. Must not throw.
   */
  readonly onChange: () => void;
  /** How long files have to be quiet before they are looked at, in milliseconds. */
  readonly debounceMs?: number;
  /** How often to look without being told, in milliseconds: file systems that send no events. 0: never. */
  readonly pollMs?: number;
}

export interface InputWatch {
  /** Watch these from now on. A difference from their digests, however it came about in the meantime, is a change. */
  readonly update: (inputs: Inputs) => void;
  /** Looks now, without being told. Resolves when that is done: from then on the watches stand. */
  readonly check: () => Promise<void>;
  /** Stops; `onChange` is not called afterwards. */
  readonly close: () => void;
}

/**
 * Watches what a configuration was read from. Neither the watch nor its timers keep the process alive.
 *
 * Events only say "look": what decides is a digest of the contents, compared with the digests taken when the inputs were
 * read. So nothing is lost between reading and watching, and nothing is reported that changed nothing.
 */
export function watchInputs(inputs: Inputs, options: WatchOptions): InputWatch {
  const { onChange, debounceMs = 100, pollMs = 5000 } = options;
  const folders = new FolderWatches(scheduleCheck);
  let known = digestsOf(inputs);
  let signatures = '';
  let timer: NodeJS.Timeout | undefined;
  let queue = Promise.resolve();
  let isQueued = false;
  let isClosed = false;

  function scheduleCheck(): void {
    if (isClosed) return;
    clearTimeout(timer);
    timer = setTimeout(() => void check(), debounceMs).unref();
  }

  /** One at a time: what falls due during a check is one more check after it. */
  function check(): Promise<void> {
    if (isQueued) return queue;
    isQueued = true;
    queue = queue
      .catch(() => undefined)
      .then(() => {
        isQueued = false;
        return checkOnce();
      });
    return queue;
  }

  async function checkOnce(): Promise<void> {
    if (isClosed) return;
    const expected = known;
    // Watches first: what changes after this point sends an event of its own.
    await folders.follow(expected.map(({ input }) => input));
    signatures = await signaturesOf(expected);
    const now = await Promise.all(
      expected.map(async ({ input }) => ({ input, digest: await currentDigest(input) })),
    );
    if (isClosed || known !== expected) return;
    if (now.every(({ digest }, index) => digest === expected[index]?.digest)) return;
    known = now;
    onChange();
  }

  async function poll(): Promise<void> {
    if (!isQueued && (await signaturesOf(known)) !== signatures) await check();
  }

  const poller = pollMs > 0 ? setInterval(() => void poll(), pollMs).unref() : undefined;
  void check();
  return {
    update(next) {
      known = digestsOf(next);
      void check();
    },
    check,
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearInterval(poller);
      folders.close();
    },
  };
}

interface Known {
  readonly input: Pick<Input, 'kind' | 'path' | 'names'>;
  readonly digest: string;
}

function digestsOf(inputs: Inputs): readonly Known[] {
  return inputs.map((input) => ({ input, digest: input.digest }));
}

async function signaturesOf(known: readonly Known[]): Promise<string> {
  const signatures = await Promise.all(known.map(({ input }) => signatureOf(input.path)));
  return signatures.join('\n');
}

interface FolderWatch {
  readonly watcher: FSWatcher;
  /** Device and inode of the folder: another folder of the same name needs another watch. */
  readonly identity: string;
  names: ReadonlySet<string> | undefined;
}

/** One `fs.watch` for each folder, renewed when another folder took its place. */
class FolderWatches {
  readonly #watches = new Map<string, FolderWatch>();
  readonly #onEvent: () => void;
  #isClosed = false;

  constructor(onEvent: () => void) {
    this.#onEvent = onEvent;
  }

  async follow(inputs: readonly Pick<Input, 'kind' | 'path'>[]): Promise<void> {
    const wanted = await findWatchedFolders(inputs);
    for (const [folder, { watcher }] of this.#watches) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watches.delete(folder);
    }
    for (const [folder, names] of wanted) {
      const identity = await identityOf(folder);
      if (this.#isClosed) return;
      const current = this.#watches.get(folder);
      if (current && current.identity === identity) {
        current.names = names;
        continue;
      }
      current?.watcher.close();
      this.#watches.delete(folder);
      if (identity !== undefined) this.#watch(folder, identity, names);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { watcher } of this.#watches.values()) watcher.close();
    this.#watches.clear();
  }

  /** Where the system has no watch left to give, polling has to do. */
  #watch(folder: string, identity: string, names: ReadonlySet<string> | undefined): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        const interesting = this.#watches.get(folder)?.names;
        if (name === null || interesting === undefined || interesting.has(name)) this.#onEvent();
      });
      watcher.on('error', () => {
        watcher.close();
        if (this.#watches.get(folder)?.watcher === watcher) this.#watches.delete(folder);
      });
      this.#watches.set(folder, { watcher, identity, names });
    } catch {
      this.#watches.delete(folder);
    }
  }
}

async function identityOf(folder: string): Promise<string | undefined> {
  return stat(folder).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );
}
