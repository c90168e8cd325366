import type { SeenEntry } from '../../catalog/sight.ts';

/** Entries that do the same to the same thing: the best of them, and those that differ in version or reach alone. */
export interface Family {
  readonly best: SeenEntry;
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly entry: SeenEntry;
  /** How it differs from the best: `all namespaces`, `v1beta1`. May be empty. */
  readonly label: string;
}

/** `v1`, `v2beta1`, `v1p1beta1`, `v1.2`, `2024-06-01`. */
const VERSION =
  /^(?:v\d+(?:[._]\d+)*(?:p\d+)?(?:(?:alpha|beta|rc|preview)\d*)?|\d{4}-\d{2}-\d{2}(?:-preview)?)$/i;

/** A pair of path segments that only says where something is looked for: `namespaces/{namespace}`. */
const REACH = { segment: /^namespaces?$/i, parameter: /^\{namespaces?(?:_?(?:name|id))?\}$/i };

/**
 * Entries in their order, with variants put behind the best of their family. Which family a tool is of is read from what it is: source,
 * access, action, and path without versions and reach. What has no path is alone.
 */
export function fold(entries: readonly SeenEntry[]): Family[] {
  const families = new Map<string, { best: SeenEntry; facts: Facts | undefined; variants: Variant[] }>();
  for (const entry of entries) {
    const facts = factsOf(entry);
    const key = facts?.family ?? entry.key;
    const family = families.get(key);
    if (family) family.variants.push({ entry, label: labelOf(facts, family.facts) });
    else families.set(key, { best: entry, facts, variants: [] });
  }
  return [...families.values()];
}

interface Facts {
  readonly family: string;
  readonly versions: string;
  readonly isWithin: boolean;
  readonly method: string;
}

function factsOf({ source, tool }: SeenEntry): Facts | undefined {
  const { path, method = '', kubernetes } = tool?.attributes ?? {};
  if (path === undefined || tool === undefined) return undefined;
  const kept: string[] = [];
  const versions: string[] = [];
  let isWithin = false;
  const segments = path.split('/');
  for (let at = 0; at < segments.length; at += 1) {
    const segment = segments[at] ?? '';
    if (VERSION.test(segment)) versions.push(segment);
    else if (isReach(segments, at)) {
      isWithin = true;
      at += 1;
    } else kept.push(segment.startsWith('{') ? '{}' : segment);
  }
  const action = kubernetes?.action ?? method;
  const family = JSON.stringify([source, tool.access, action, kept]);
  return { family, versions: versions.join(' '), isWithin, method };
}

/** At the end of a path the pair is what is acted upon. */
function isReach(segments: readonly string[], at: number): boolean {
  const [segment = '', parameter = ''] = segments.slice(at, at + 2);
  return REACH.segment.test(segment) && REACH.parameter.test(parameter) && at + 2 < segments.length;
}

function labelOf(own: Facts | undefined, best: Facts | undefined): string {
  if (!own || !best) return '';
  const words = [
    own.isWithin === best.isWithin ? '' : own.isWithin ? 'one namespace' : 'all namespaces',
    own.versions === best.versions ? '' : own.versions,
    own.method === best.method ? '' : own.method,
  ];
  return words.filter((word) => word !== '').join(', ');
}
