import type { Embedded } from './provider.ts';
import { keysOf, type Space } from './space.ts';
import type { VectorFile } from './vector-file.ts';
import { isUnit } from './vectors.ts';

/**
 * Texts of the catalog and their vectors. All vectors are of one space, the one that the endpoint was in when it last answered:
 * another model begins anew.
 */
export interface Library {
  /** Texts of entries that come and go together, by `entryKey`; undefined: they are gone. */
  replace(share: string, texts: ReadonlyMap<string, string> | undefined): void;
  /** Takes over what was kept, unless the endpoint has answered meanwhile. */
  recall(file: VectorFile): void;
  /** True for an answer of the space that the vectors are of; of the first answer, too. */
  isSame(embedded: Embedded): boolean;
  /** Forgets every vector: from now on those of another answer's space count. */
  moveTo(embedded: Embedded): void;
  /** @param embedded an answer of the same space, for these texts */
  add(texts: readonly string[], embedded: Embedded): void;
  /** Texts that have no vector yet, at most so many; they are asked for by one caller at a time, who adds them or gives them back. */
  take(most: number): string[];
  giveBack(texts: readonly string[]): void;
  hasMissing(): boolean;
  /** A text that cannot be embedded: its entry is found by words alone. */
  skip(text: string): void;
  /** Of an entry, by its key; undefined where it is not known (yet). */
  vectorOf(entry: string): Float32Array | undefined;
  /** What is to be kept; undefined where there is nothing. */
  snapshot(): VectorFile | undefined;
  readonly space: Space | undefined;
  /** Entries, and those of them that have a vector. */
  readonly counts: { readonly entries: number; readonly known: number };
}

/** Vectors of texts that no entry has any more: their source may come back. */
const MAX_UNUSED = 10_000;

/** @param common what every space of these settings has in common */
export function createLibrary(common: Pick<Space, 'provider' | 'endpoint' | 'model'>): Library {
  const shares = new Map<string, ReadonlyMap<string, string>>();
  let space: Space | undefined;
  let keyOf: ((text: string) => string) | undefined;
  /** By the keys of texts, the one used longest ago first. */
  let vectors = new Map<string, Float32Array>();
  let byEntry = new Map<string, Float32Array>();
  let missing = new Set<string>();
  /** Whether texts may be missing that no entry has any more. */
  let mayBeStale = false;
  const taken = new Set<string>();
  const skipped = new Set<string>();

  /** The vector of a text, which is in use from now on. */
  const look = (text: string): Float32Array | undefined => {
    const key = keyOf?.(text);
    const vector = key === undefined ? undefined : vectors.get(key);
    if (key === undefined || vector === undefined) return undefined;
    vectors.delete(key);
    if (!isUnit(vector)) return undefined;
    vectors.set(key, vector);
    return vector;
  };

  const enter = (texts: ReadonlyMap<string, string>): void => {
    for (const [entry, text] of texts) {
      const vector = look(text);
      if (vector) byEntry.set(entry, vector);
      else if (!taken.has(text) && !skipped.has(text)) missing.add(text);
    }
  };

  const rebuild = (): void => {
    byEntry = new Map();
    missing = new Set();
    mayBeStale = false;
    for (const texts of shares.values()) enter(texts);
  };

  /** Vectors in use stay, however long ago they came; of the others the oldest go. */
  const forgetUnused = (): void => {
    if (vectors.size <= byEntry.size + MAX_UNUSED) return;
    const used = new Set(byEntry.values());
    let over = vectors.size - used.size - MAX_UNUSED;
    for (const [key, vector] of vectors) {
      if (over <= 0) return;
      if (!used.has(vector) && vectors.delete(key)) over -= 1;
    }
  };

  const settle = ({ vectors: [first], model }: Embedded): void => {
    space = { ...common, reported: model, dimensions: first?.length ?? 0 };
    keyOf = keysOf(space);
  };

  return {
    replace(share, texts) {
      const gone = shares.get(share);
      for (const entry of gone?.keys() ?? []) byEntry.delete(entry);
      shares.delete(share);
      if (gone && missing.size > 0) mayBeStale = true;
      if (!texts) return;
      shares.set(share, texts);
      enter(texts);
    },
    recall({ reported, dimensions, vectors: kept }) {
      if (space) return;
      space = { ...common, reported, dimensions };
      keyOf = keysOf(space);
      vectors = new Map([...kept].slice(-MAX_KEPT));
      rebuild();
    },
    isSame({ vectors: [first], model }) {
      return !space || !first || (space.dimensions === first.length && space.reported === model);
    },
    moveTo(embedded) {
      vectors = new Map();
      skipped.clear();
      settle(embedded);
      rebuild();
    },
    add(texts, embedded) {
      if (!space) settle(embedded);
      const added = new Set(texts);
      for (const [index, text] of texts.entries()) {
        const vector = embedded.vectors[index];
        taken.delete(text);
        missing.delete(text);
        if (keyOf && vector) vectors.set(keyOf(text), vector);
      }
      for (const entries of shares.values()) {
        for (const [entry, text] of entries) {
          const vector = added.has(text) ? look(text) : undefined;
          if (vector) byEntry.set(entry, vector);
        }
      }
      forgetUnused();
    },
    take(most) {
      if (mayBeStale) rebuild();
      const texts = [...missing.values().take(most)];
      for (const text of texts) {
        missing.delete(text);
        taken.add(text);
      }
      return texts;
    },
    giveBack(texts) {
      for (const text of texts) if (taken.delete(text)) missing.add(text);
    },
    hasMissing: () => missing.size > 0,
    skip(text) {
      taken.delete(text);
      skipped.add(text);
      // One that is still wanted is refused once more.
      if (skipped.size > MAX_UNUSED) skipped.delete(skipped.values().next().value ?? '');
    },
    vectorOf: (entry) => byEntry.get(entry),
    snapshot() {
      if (!space || vectors.size === 0) return undefined;
      const most = new Set(byEntry.values()).size + MAX_UNUSED;
      const { reported, dimensions } = space;
      return { reported, dimensions, vectors: new Map([...vectors].slice(-most)) };
    },
    get space() {
      return space;
    },
    get counts() {
      const entries = shares.values().reduce((sum, { size }) => sum + size, 0);
      return { entries, known: byEntry.size };
    },
  };
}

/** More than any catalog of ours has entries. */
const MAX_KEPT = 100_000;
