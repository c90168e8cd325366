import type { Logger } from '../telemetry/logger.ts';
import type { ChainFileSystem } from './file-system.ts';
import { whyNotAfter } from './follows-head.ts';
import { createHeadPublisher } from './head-publisher.ts';
import { keyFileBeside, readOrMakeKeyFile } from './key-file.ts';
import { findPreviousHeads } from './previous-heads.ts';
import type { RecordEntry } from './record.ts';
import { repairLeftBehind } from './repair.ts';
import { removeOld } from './retention.ts';
import type { IsPassed } from './retention.ts';
import type { AuditSettings } from './settings.ts';
import { signHead } from './signed-head.ts';
import type { SignedHead } from './signed-head.ts';
import type { StoredHeads } from './stored-heads.ts';
import { parseSigningKey } from './signing-key.ts';
import type { SigningKey } from './signing-key.ts';
import { openChain } from './writer.ts';
import type { RecordWriter } from './writer.ts';

/** The chain of this process, with everything that goes on around it. */
export interface BegunChain {
  readonly writer: RecordWriter;
  /** Resolves once the chains that others left behind are in order. Never rejects. */
  readonly repaired: Promise<void>;
  /** Resolves once the old files that were looked for last are gone. Never rejects. */
  tidied(): Promise<void>;
  /** Keeps to other settings from now on: which key signs, what is kept. Logs where that cannot be. */
  useSettings(settings: ChainSettings): Promise<void>;
}

/** What a chain needs of the settings. */
type ChainSettings = Pick<AuditSettings, 'dir' | 'signing' | 'keep'>;

export interface BeginOptions {
  readonly settings: ChainSettings;
  /** From `createChainName`. */
  readonly chain: string;
  readonly now: () => number;
  readonly logger: Logger;
  /** Where signed heads go, and where where whoever owns the record files cannot change them. Absent: they stay in the chain. */
  readonly heads?: Pick<StoredHeads, 'get' | 'put' | 'remove'>;
  /** Whether old files may be removed. Absent: they may. */
  readonly isPassed?: IsPassed;
  /** True for a process that stays: it puts chains in order that others left behind. */
  readonly isLasting: boolean;
  /** The disk that the chain is written to; absent: this machine's. */
  readonly fileSystem?: ChainFileSystem | undefined;
}

/**
 * Begins a signed chain that names the chains before it.
 *
 * @throws BailiwickError RECORD_UNAVAILABLE where no record can be kept, CONFIGURATION for a key that is none.
 */
export async function beginChain(options: BeginOptions): Promise<BegunChain> {
  const { settings, chain, now, logger, heads, isLasting, fileSystem, isPassed = allPassed } = options;
  const publisher = heads && createHeadPublisher({ put: (head) => putHead(head, heads), logger });
  let { keep } = settings;
  let key = await findSigningKey(settings);
  const writer = await openChain({
    dir: settings.dir,
    chain,
    now,
    logger,
    ...(fileSystem && { fileSystem }),
    signing: {
      key,
      previous: await findPreviousHeads(settings.dir),
      ...(publisher && { onHead: publisher.publish }),
    },
  });

  let isClosing = false;
  const recordDurably = (entry: RecordEntry): Promise<void> => writer.append(entry, { durable: true });

  /** Of a chain that was left behind, only what follows its head in the store: else one that was changed would replace its own proof. */
  async function putHead(head: SignedHead, into: Pick<StoredHeads, 'get' | 'put'>): Promise<void> {
    const stored = head.chain === chain ? undefined : await into.get(head.chain);
    const why = stored && (await whyNotAfter(settings.dir, stored));
    if (why === undefined) return into.put(head);
    const message = 'an audit chain is not the one whose head is stored; `bailiwick audit verify` says more';
    logger.error({ chain: head.chain, why }, message);
  }

  async function repair(): Promise<void> {
    await repairLeftBehind({
      dir: settings.dir,
      record: recordDurably,
      onHead: (head) => publisher?.publish(signHead(key, head)),
      logger,
      isStopped: () => isClosing,
    });
  }

  async function tidy(): Promise<void> {
    if (isClosing) return;
    try {
      await removeOld({
        dir: settings.dir,
        ownChain: chain,
        keep,
        isPassed,
        record: async (entry) => {
          await recordDurably(entry);
          // Until it is signed, nobody has to believe that record.
          await writer.checkpoint();
        },
        ...(heads && { forgetHead: heads.remove }),
        now,
        logger,
      });
    } catch (error) {
      logger.warn({ err: error, chain }, 'old audit files could not be removed');
    }
  }

  const repaired = isLasting ? repair() : Promise.resolve();
  let tidied = repaired;
  const tidySoon = (): void => void (tidied = tidied.then(tidy));
  const timer = isLasting ? setInterval(tidySoon, TIDY_MS).unref() : undefined;
  if (isLasting) tidySoon();

  return {
    repaired,
    tidied: () => tidied,
    writer: {
      append: writer.append,
      head: writer.head,
      async close() {
        isClosing = true;
        clearInterval(timer);
        await tidied;
        try {
          await writer.close();
        } finally {
          await publisher?.close();
        }
      },
    },
    async useSettings(next) {
      ({ keep } = next);
      try {
        const wanted = await findSigningKey({ ...settings, signing: next.signing });
        await writer.useKey(wanted);
        key = wanted;
      } catch (error) {
        logger.error({ err: error, chain }, 'the audit chain goes on with the key before');
      }
    },
  };
}

/** How often old files are looked for. */
const TIDY_MS = 3_600_000;

function allPassed(): Promise<boolean> {
  return Promise.resolve(true);
}

/** The key that signs: the first that is configured, else the one in the file beside the directory, which is made. */
async function findSigningKey({ dir, signing }: ChainSettings): Promise<SigningKey> {
  const [first] = signing.keys ?? [];
  return first === undefined ? readOrMakeKeyFile(keyFileBeside(dir)) : parseSigningKey(first);
}
