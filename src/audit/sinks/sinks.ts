import { digestOf } from '../../catalog/canonical.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createSink } from './create-sink.ts';
import { openDeadLetters } from './dead-letters.ts';
import { startFollower, type Follower, type Schedule } from './follower.ts';
import { createGatherer } from './gather.ts';
import { openOffsets } from './offsets.ts';
import { createOrphanFinder, type OrphanFinder } from './orphans.ts';
import type { SinkSettings } from './settings.ts';
import type { Sink } from './sink.ts';

/** The sinks of a process. */
export interface Sinks {
  /** Records were appended. Cheap, and never throws. */
  wake(): void;
  /** True when every sink that is `required` now has the records of a chain up to this one. */
  isPassed(chain: string, seq: number): Promise<boolean>;
  /** Other settings: sinks that are as before go on, the others are stopped and started. */
  replace(settings: readonly SinkSettings[], files: ReadonlyMap<string, string>): void;
  /** Sends what is there, for up to `graceMs`. To be called when the chain is closed. Once; never rejects. */
  close(graceMs: number): Promise<void>;
}

export interface SinksOptions {
  readonly settings: readonly SinkSettings[];
  /** Contents of the certificates that the settings name, by absolute path. */
  readonly files: ReadonlyMap<string, string>;
  readonly auditDirectory: string;
  /** The chain of this process, and its last record that is on disk. */
  readonly own: { readonly chain: string; readonly headSeq: () => number };
  readonly logger: Logger;
  readonly now: () => number;
  readonly random?: () => number;
  readonly schedule?: Schedule;
  readonly create?: (settings: SinkSettings, files: ReadonlyMap<string, string>) => Sink;
}

/** How often chains that processes left behind are looked for. */
const ORPHANS_MS = 30_000;

/** How long a sink that was taken out of the settings may send on. */
const LEAVE_MS = 5000;

interface Running {
  readonly digest: string;
  readonly follower: Promise<Follower>;
}

export function openSinks(options: SinksOptions): Sinks {
  const { auditDirectory, own, logger, now } = options;
  const create = options.create ?? ((one, files) => createSink(one, { files, logger, now }));
  const running = new Map<string, Running>();
  const awake: Follower[] = [];
  const orphans = createOrphanFinder({ auditDirectory, ownChain: own.chain, intervalMs: ORPHANS_MS, now });
  let settings: readonly SinkSettings[] = [];
  let isClosed = false;

  function start(one: SinkSettings, files: ReadonlyMap<string, string>): Follower {
    const follower = follow(one, create(one, files), { ...options, orphans });
    awake.push(follower);
    return follower;
  }

  async function end({ follower }: Running, graceMs: number): Promise<void> {
    const ending = await follower;
    await ending.stop(graceMs);
    awake.splice(awake.indexOf(ending), 1);
  }

  function replace(next: readonly SinkSettings[], files: ReadonlyMap<string, string>): void {
    if (isClosed) return;
    settings = next;
    const digests = new Map(next.map((one) => [one.name, digestOf(withFiles(one, files))]));
    const leaving = new Map<string, Promise<void>>();
    for (const [name, one] of running) {
      if (digests.get(name) === one.digest) continue;
      running.delete(name);
      leaving.set(name, end(one, LEAVE_MS));
    }
    for (const one of next) {
      if (running.has(one.name)) continue;
      // Two at a time would write the same offsets.
      const follower = (leaving.get(one.name) ?? Promise.resolve()).then(() => start(one, files));
      follower.catch((error: unknown) => {
        logger.error({ err: error, sink: one.name }, `sink ${one.name} cannot be started`);
      });
      running.set(one.name, { digest: digests.get(one.name) ?? '', follower });
    }
  }

  replace(options.settings, options.files);
  let closing: Promise<unknown> | undefined;
  return {
    wake() {
      for (const follower of awake) follower.wake();
    },
    async isPassed(chain, seq) {
      const required = settings.filter((one) => one.required);
      const positions = await Promise.all(
        required.map(({ name }) => openOffsets(auditDirectory, name).load(chain)),
      );
      return positions.every(({ position }) => position.seq >= seq);
    },
    replace,
    async close(graceMs) {
      isClosed = true;
      await (closing ??= Promise.allSettled([...running.values()].map((one) => end(one, graceMs))));
    },
  };
}

function follow(
  settings: SinkSettings,
  sink: Sink,
  options: SinksOptions & { readonly orphans: OrphanFinder },
): Follower {
  const { name, types, batch, required, webhook } = settings;
  const {
    auditDirectory,
    own,
    logger,
    now,
    orphans,
    random = Math.random,
    schedule = scheduleTimer,
  } = options;
  const wanted = types && new Set<string>(types);
  // A template makes a message of a record; a checkpoint is none, and through a template no proof either.
  const takesCheckpoints = webhook?.template === undefined;
  const offsets = openOffsets(auditDirectory, name);
  const gatherer = createGatherer({
    auditDirectory,
    own,
    offsets,
    isWanted: ({ record: { type } }) =>
      type === 'checkpoint' ? takesCheckpoints : (wanted?.has(type) ?? true),
    maxRecords: batch.records,
    maxBytes: batch.bytes,
    sink: name,
    logger,
  });
  return startFollower({
    name,
    isRequired: required,
    delayMs: batch.delayMs,
    auditDirectory,
    sink,
    offsets,
    gatherer,
    orphans,
    deadLetters: openDeadLetters(auditDirectory, name, now),
    logger,
    now,
    random,
    schedule,
  });
}

/** What a sink is made of, contents of its files included. */
function withFiles(settings: SinkSettings, files: ReadonlyMap<string, string>): unknown {
  const text = JSON.stringify(settings);
  const used = [...files].filter(([path]) => text.includes(JSON.stringify(path)));
  return [JSON.parse(text), used];
}

function scheduleTimer(callback: () => void, milliseconds: number, keepsAlive = false): () => void {
  const timer = setTimeout(callback, milliseconds);
  if (!keepsAlive) timer.unref();
  return () => clearTimeout(timer);
}
