import type { Dirent } from 'node:fs';

/** The name of the chain file whose first record is `seq`. */
export function toSegmentName(seq: number): string {
  return `${String(seq).padStart(12, '0')}.jsonl`;
}

/** The first record that a chain file's name announces; undefined for another kind of name. */
export function firstSeqOf(name: string): number | undefined {
  return /^\d{12,16}\.jsonl$/.test(name) ? Number.parseInt(name, 10) : undefined;
}

/** A chain file, and the first record that its name announces. */
export interface SegmentFile {
  readonly file: string;
  readonly first: number;
}

/** The chain files among the entries of a directory, from the oldest. */
export function toSegmentFiles(entries: readonly Dirent[]): SegmentFile[] {
  return entries
    .flatMap((entry) => {
      const first = entry.isFile() ? firstSeqOf(entry.name) : undefined;
      return first === undefined ? [] : [{ file: entry.name, first }];
    })
    .toSorted((a, b) => a.first - b.first);
}
