import type { Logger } from '../telemetry/logger.ts';
import type { ChainFileSystem } from './file-system.ts';
import { createHeadPublisher } from './head-publisher.ts';
import { keyFileBeside, readOrMakeKeyFile } from './key-file.ts';
import { findPreviousHeads } from './previous-heads.ts';
import { repairLeftBehind } from './repair.ts';
import type { AuditSettings } from './settings.ts';
import { signHead } from './signed-head.ts';
import type { SignedHead } from './signed-head.ts';
import { parseSigningKey } from './signing-key.ts';
import type { SigningKey } from './signing-key.ts';
import { openChain } from './writer.ts';
import type { RecordWriter } from './writer.ts';

/** The chain of this process, with everything that goes on around it. */
export interface BegunChain {
  readonly writer: RecordWriter;
  /** Resolves once the chains that others left behind are in order. Never rejects. */
  readonly repaired: Promise<void>;
  /** Lets the first of these keys sign from now on. Logs where that cannot be. */
  useKeys(settings: ChainSettings): Promise<void>;
}

/** What a chain needs of the settings. */
type ChainSettings = Pick<AuditSettings, 'dir' | 'signing'>;

export interface BeginOptions {
  readonly settings: ChainSettings;
  /** From `createChainName`. */
  readonly chain: string;
  readonly now: () => number;
  readonly logger: Logger;
  /** Takes signed heads to where whoever owns the record files cannot change them. Absent: they stay in the chain. */
  readonly putHead?: (head: SignedHead) => Promise<void>;
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
  const { settings, chain, now, logger, putHead, isLasting, fileSystem } = options;
  const publisher = putHead && createHeadPublisher({ put: putHead, logger });
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
  const repaired = isLasting
    ? repairLeftBehind({
        dir: settings.dir,
        record: (entry) => writer.append(entry, { durable: true }),
        onHead: (head) => publisher?.publish(signHead(key, head)),
        logger,
        isStopped: () => isClosing,
      })
    : Promise.resolve();

  return {
    repaired,
    writer: {
      append: writer.append,
      head: writer.head,
      async close() {
        isClosing = true;
        await repaired;
        try {
          await writer.close();
        } finally {
          await publisher?.close();
        }
      },
    },
    async useKeys(next) {
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

/** The key that signs: the first that is configured, else the one in the file beside the directory, which is made. */
async function findSigningKey({ dir, signing }: ChainSettings): Promise<SigningKey> {
  const [first] = signing.keys ?? [];
  return first === undefined ? readOrMakeKeyFile(keyFileBeside(dir)) : parseSigningKey(first);
}
