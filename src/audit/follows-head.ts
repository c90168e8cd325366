import { join } from 'node:path';
import { listSegmentFiles } from './chain-end.ts';
import { createFileReader } from './chain-lines.ts';
import type { NamedHead } from './signed-head.ts';
import { createChainCheck } from './verify-chain.ts';

/**
 * In words why a chain on the disk is not the one that a head was taken of; undefined where it holds that record, and
 * every record after it follows. What stands before the file with that record is not looked at.
 */
export async function whyNotAfter(auditDirectory: string, head: NamedHead): Promise<string | undefined> {
  const directory = join(auditDirectory, head.chain);
  const files = await listSegmentFiles(directory);
  const from = files.findLastIndex(({ first }) => first <= Math.max(head.seq, 1));
  const check = createChainCheck({
    chain: head.chain,
    heads: [{ ...head, from: 'the store' }],
    mayBeginLater: true,
  });
  const reader = createFileReader();
  for (const { file } of files.slice(Math.max(from, 0))) {
    check.file(join(head.chain, file));
    // oxlint-disable-next-line no-await-in-loop -- in order
    if (!(await reader.read(join(directory, file), check))) break;
  }
  const { firstBad } = check.verdict();
  return firstBad && `${firstBad.file}:${firstBad.line}: ${firstBad.why}`;
}
