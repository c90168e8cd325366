/**
 * Where terms occur: a term's row holds one number for each document and field that has it, all of one document side by side. Built
 * for reading: a row is walked once for a query that has its term.
 *
 * A number is a slot (which document), a field and a count, from the highest bits to the lowest.
 */
export interface Row {
  readonly term: string;
  readonly entries: number[];
  /** Documents that have the term in any field. */
  documents: number;
}

const COUNT_BITS = 5;
const FIELD_BITS = 4;

/** The greatest count that is told apart from greater ones. */
export const MAX_COUNT = (1 << COUNT_BITS) - 1;

export const FIELD_PLACES = 1 << FIELD_BITS;

export function pack(slot: number, field: number, count: number): number {
  return (slot << (COUNT_BITS + FIELD_BITS)) | (field << COUNT_BITS) | Math.min(count, MAX_COUNT);
}

export const slotOf = (entry: number): number => entry >>> (COUNT_BITS + FIELD_BITS);
/** Slot and field in one: the slot times {@link FIELD_PLACES} plus the field. */
export const placeIn = (entry: number): number => entry >>> COUNT_BITS;
export const fieldOf = (entry: number): number => placeIn(entry) & (FIELD_PLACES - 1);
export const countOf = (entry: number): number => entry & MAX_COUNT;

/** Rows by term. */
export interface Postings {
  row(term: string): Row | undefined;
  rows(): Iterable<Row>;
  /** Adds a document: the counts of each term by field. Gives back the rows that it touched. */
  add(slot: number, counts: ReadonlyMap<string, readonly Count[]>): Row[];
  /** Takes the documents in these slots out of the rows, which are all that have any of them. */
  remove(slots: ReadonlySet<number>, rows: Iterable<Row>): void;
}

export interface Count {
  readonly field: number;
  count: number;
}

export function createPostings(): Postings {
  const rows = new Map<string, Row>();
  return {
    row: (term) => rows.get(term),
    rows: () => rows.values(),
    add(slot, counts) {
      const touched: Row[] = [];
      for (const [term, fields] of counts) {
        let row = rows.get(term);
        if (!row) rows.set(term, (row = { term, entries: [], documents: 0 }));
        row.documents += 1;
        for (const { field, count } of fields) row.entries.push(pack(slot, field, count));
        touched.push(row);
      }
      return touched;
    },
    remove(slots, touched) {
      for (const row of touched) {
        let kept = 0;
        let last = -1;
        for (const entry of row.entries) {
          if (slots.has(slotOf(entry))) {
            if (slotOf(entry) !== last) row.documents -= 1;
            last = slotOf(entry);
          } else row.entries[kept++] = entry;
        }
        row.entries.length = kept;
        if (kept === 0) rows.delete(row.term);
      }
    },
  };
}
