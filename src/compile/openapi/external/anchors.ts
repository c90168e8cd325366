import { isJsonObject, type Json } from '../../../catalog/json.ts';
import { toPointer } from '../pointer.ts';

/** The anchors of schemas (`$anchor`, JSON Schema 2020-12 §8.2.2), by document. A document is walked once, when first asked. */
export interface Anchors {
  /** Where the schema with this anchor is. Of several the one whose pointer sorts first. */
  find(document: string, whole: Json, anchor: string): readonly string[] | undefined;
}

export function createAnchors(): Anchors {
  const known = new Map<string, ReadonlyMap<string, readonly string[]>>();
  return {
    find(document, whole, anchor) {
      let anchors = known.get(document);
      if (anchors === undefined) known.set(document, (anchors = readAnchors(whole)));
      return anchors.get(anchor);
    },
  };
}

function readAnchors(whole: Json): ReadonlyMap<string, readonly string[]> {
  const anchors = new Map<string, readonly string[]>();

  function visit(value: Json, at: readonly string[]): void {
    if (typeof value !== 'object' || value === null) return;
    if (isJsonObject(value)) {
      for (const anchor of [value['$anchor'], value['$dynamicAnchor']]) {
        if (typeof anchor === 'string') note(anchor, at);
      }
    }
    for (const [name, member] of Object.entries<Json>(value)) visit(member, [...at, name]);
  }

  function note(anchor: string, at: readonly string[]): void {
    const other = anchors.get(anchor);
    if (other === undefined || toPointer(at) < toPointer(other)) anchors.set(anchor, at);
  }

  visit(whole, []);
  return anchors;
}
