import { uniqueByKey, type SearchDocument } from '../document.ts';
import { FIELD_NAMES, fieldTerms, namingGrams } from './analysis.ts';
import { sayings } from './sayings.ts';
import { ACTIONS } from './actions.ts';
import type { Language } from './language.ts';
import { createPostings, MAX_COUNT, type Postings, type Row } from './postings.ts';
import { FIELDS, RANKING } from './constants.ts';
import { actionsOf, priorOf } from './traits.ts';

/** What is known of the document in a slot, apart from its terms. */
export interface Facts {
  /** Terms by field. */
  readonly lengths: readonly number[];
  /** Its actions, a bit for each of `ACTIONS`. */
  readonly actions: number;
  readonly prior: number;
}

/** The documents of all sources, each in a slot of its own, and where their terms and grams occur. */
export interface Stock {
  readonly terms: Postings;
  readonly grams: Postings;
  /** What documents say of themselves, whole: see `sayings`. */
  readonly sayings: Postings;
  /** By slot; undefined where no document is. */
  readonly facts: readonly (Facts | undefined)[];
  readonly size: number;
  /** Grows with every change. */
  readonly version: number;
  slotOf(key: string): number | undefined;
  /** Mean length of a field among the documents that have it, and some usual ones. */
  meanLength(field: number): number;
  replace(source: string, documents: readonly SearchDocument[] | undefined): void;
}

interface Share {
  readonly documents: readonly SearchDocument[];
  readonly slots: readonly number[];
  readonly termRows: ReadonlySet<Row>;
  readonly gramRows: ReadonlySet<Row>;
  readonly sayingRows: ReadonlySet<Row>;
}

/** More slots than this, beside as many as are in use, do not wait to be tidied up. */
const MOST_LEAVING = 1_024;

export function createStock(language: Language): Stock {
  const terms = createPostings();
  const grams = createPostings();
  const said = createPostings();
  const facts: (Facts | undefined)[] = [];
  const slots = new Map<string, number>();
  const free: number[] = [];
  const leaving = {
    slots: new Set<number>(),
    termRows: new Set<Row>(),
    gramRows: new Set<Row>(),
    sayingRows: new Set<Row>(),
  };
  const shares = new Map<string, Share>();
  const totals = FIELD_NAMES.map(() => ({ length: 0, documents: 0 }));
  let version = 0;

  function put(document: SearchDocument): {
    slot: number;
    termRows: Row[];
    gramRows: Row[];
    sayingRows: Row[];
  } {
    const slot = free.pop() ?? facts.length;
    const fields = fieldTerms(document, language);
    facts[slot] = {
      lengths: fields.map(({ length }) => length),
      actions: actionsOf(document, language).reduce(
        (bits, action) => bits | (1 << ACTIONS.indexOf(action)),
        0,
      ),
      prior: priorOf(document),
    };
    count(facts[slot], 1);
    slots.set(document.key, slot);
    return {
      slot,
      termRows: terms.add(slot, fields, RANKING.repetitions),
      gramRows: grams.add(slot, [namingGrams(document)], MAX_COUNT),
      sayingRows: said.add(slot, sayings(document, language), 1),
    };
  }

  function count({ lengths }: Facts, sign: 1 | -1): void {
    for (const [field, length] of lengths.entries()) {
      const total = totals[field];
      if (!total || length === 0) continue;
      total.length += sign * length;
      total.documents += sign;
    }
  }

  /** Its entries leave the rows when somebody next reads one: each row is gone through once, however many shares leave. */
  function takeOut({ documents, slots: taken, termRows, gramRows, sayingRows }: Share): void {
    for (const row of termRows) leaving.termRows.add(row);
    for (const row of gramRows) leaving.gramRows.add(row);
    for (const row of sayingRows) leaving.sayingRows.add(row);
    for (const { key } of documents) slots.delete(key);
    for (const slot of taken) {
      const known = facts[slot];
      if (known) count(known, -1);
      facts[slot] = undefined;
      leaving.slots.add(slot);
    }
    if (leaving.slots.size > MOST_LEAVING + slots.size) tidy();
  }

  function tidy(): void {
    if (leaving.slots.size === 0) return;
    terms.remove(leaving.slots, leaving.termRows);
    grams.remove(leaving.slots, leaving.gramRows);
    said.remove(leaving.slots, leaving.sayingRows);
    free.push(...leaving.slots);
    for (const some of Object.values(leaving)) some.clear();
  }

  /** Postings as they are once what has left is out of them. */
  function tidied(postings: Postings): Postings {
    return {
      ...postings,
      row(term) {
        tidy();
        return postings.row(term);
      },
      rows() {
        tidy();
        return postings.rows();
      },
    };
  }

  return {
    terms: tidied(terms),
    grams: tidied(grams),
    sayings: tidied(said),
    facts,
    get size() {
      return slots.size;
    },
    get version() {
      return version;
    },
    slotOf: (key) => slots.get(key),
    meanLength(field) {
      const { length = 0, documents = 0 } = totals[field] ?? {};
      const { usual } = FIELDS[FIELD_NAMES[field] ?? 'name'];
      const { usualDocuments } = RANKING;
      return (length + usual * usualDocuments) / (documents + usualDocuments);
    },
    replace(source, documents) {
      const share = shares.get(source);
      if (share?.documents === documents) return;
      version += 1;
      if (share) takeOut(share);
      shares.delete(source);
      if (!documents) return;
      const made = uniqueByKey(documents).map(put);
      shares.set(source, {
        documents,
        slots: made.map(({ slot }) => slot),
        termRows: new Set(made.flatMap(({ termRows }) => termRows)),
        gramRows: new Set(made.flatMap(({ gramRows }) => gramRows)),
        sayingRows: new Set(made.flatMap(({ sayingRows }) => sayingRows)),
      });
    },
  };
}
