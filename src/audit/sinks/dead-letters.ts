import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOfSink } from './offsets.ts';
import type { SentRecord } from './sink.ts';

/** Records that a sink refused, in a file beside its offsets: one JSON object a line, with the reason and the record's line. */
export interface DeadLetters {
  readonly file: string;
  /** Resolves when the record is on disk. */
  add(record: SentRecord, why: string): Promise<void>;
}

export function openDeadLetters(auditDirectory: string, sink: string, now: () => number): DeadLetters {
  const folder = folderOfSink(auditDirectory, sink);
  const path = join(folder, 'dead-letters.jsonl');
  return {
    file: path,
    async add({ chain, seq, line }, why) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
      const file = await open(path, flags, 0o600);
      try {
        const entry = { time: new Date(now()).toISOString(), chain, seq, why, line };
        await file.writeFile(`${JSON.stringify(entry)}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
    },
  };
}
