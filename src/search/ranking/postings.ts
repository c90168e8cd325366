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

function pack(slot: number, field: number, count: number): number {
  return (slot << (COUNT_BITS + FIELD_BITS)) | (field << COUNT_BITS) | count;
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
  /**
   * Adds a document: its terms by field, each counted `most` times in a field at most. Gives back the rows that it is in.
   */
  add(slot: number, fields: readonly (readonly string[])[], most: number): Row[];
  /** Takes the documents in these slots out of the rows, which are all that have any of them. */
  remove(slots: ReadonlySet<number>, rows: Iterable<Row>): void;
}

export function createPostings(): Postings {
  const rows = new Map<string, Row>();
  return {
    row: (term) => rows.get(term),
    rows: () => rows.values(),
    add(slot, fields, most) {
      const touched: Row[] = [];
      for (const [field, terms] of fields.entries()) {
        const first = pack(slot, field, 1);
        for (const term of terms) {
          const row = rows.get(term);
          if (!row) {
            const made = { term, entries: [first], documents: 1 };
            rows.set(term, made);
            touched.push(made);
            continue;
          }
          const last = row.entries.at(-1) ?? 0;
          if (placeIn(last) !== placeIn(first)) row.entries.push(first);
          else if (countOf(last) < most) row.entries[row.entries.length - 1] = last + 1;
          if (slotOf(last) !== slot) {
            row.documents += 1;
            touched.push(row);
          }
        }
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
