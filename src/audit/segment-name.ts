/** The name of the chain file whose first record is `seq`. */
export function toSegmentName(seq: number): string {
  return `${String(seq).padStart(12, '0')}.jsonl`;
}

/** The first record that a chain file's name announces; undefined for another kind of name. */
export function firstSeqOf(name: string): number | undefined {
  return /^\d{12,16}\.jsonl$/.test(name) ? Number.parseInt(name, 10) : undefined;
}
