import path from 'node:path/posix';
import { BailiwickError } from '../../../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../catalog/json.ts';
import { toSlashes } from '../external/location.ts';
import { decodePercent } from '../pointer.ts';
import type { NamedText } from '../position.ts';
import type { JsonPath, Location } from './json-path.ts';
import { Additions, Incompatible, isPrimitive, kindOf } from './merge.ts';
import { readOverlay, type Action, type Overlay } from './read-overlay.ts';

/**
 * Applies overlays to a document, in their order and in `root` itself (OpenAPI Overlay 1.0 and 1.1).
 *
 * @returns warnings: an action that matched nothing, an overlay that was written for another document.
 * @throws BailiwickError `CONFIGURATION` with file, line and column of what cannot be applied.
 */
export function applyOverlays(
  root: JsonObject,
  overlays: readonly NamedText[],
  document: { readonly file: string; readonly self: string | undefined },
): string[] {
  const additions = new Additions();
  return overlays.flatMap((named) => {
    const overlay = readOverlay(named);
    const warnings = [...overlay.warnings, ...checkExtends(overlay, document)];
    for (const action of overlay.actions) warnings.push(...applyAction(root, action, additions));
    return warnings;
  });
}

function applyAction(root: JsonObject, action: Action, additions: Additions): string[] {
  try {
    const locations = action.target.select(root);
    if (locations.length === 0) return [`${action.place} the target ${shorten(action.text)} matches nothing`];
    const { change } = action;
    if (change.kind === 'nothing') return [];
    if (change.kind === 'remove') {
      remove(root, locations);
      return [];
    }
    const value = change.kind === 'update' ? change.value : additions.clone(single(root, change.from));
    return update(root, locations, { value, additions, action });
  } catch (error) {
    // Whatever a query or a merge stumbles over, it is this action that has to change.
    if (!(error instanceof Error)) throw error;
    const problem = `the action on ${shorten(action.text)} cannot be applied: ${error.message.split('\n', 1)[0] ?? ''}`;
    throw new BailiwickError('CONFIGURATION', `${action.place} ${problem}`, { cause: error });
  }
}

function update(
  root: JsonObject,
  locations: readonly Location[],
  { value, additions, action }: { value: Json; additions: Additions; action: Action },
): string[] {
  const targets = locations.map((location) => ({ location, node: nodeAt(root, location) }));
  const kinds = new Set(targets.map(({ node }) => kindOf(node)));
  if (kinds.size > 1) throw new Error(`it selects ${[...kinds].toSorted().join(' and ')} at once`);
  for (const { location, node } of targets) {
    if (!isPrimitive(node)) additions.merge(node, value);
    else if (isPrimitive(value)) replace(root, location, value);
    else throw new Incompatible([], node, value);
  }
  const isNew = action.isOld && kinds.has('a primitive value');
  return isNew ? [`${action.place} the target is a primitive value, which needs \`overlay: 1.1.0\``] : [];
}

/** Everything is found before anything goes: to remove an item moves those behind it. */
function remove(root: JsonObject, locations: readonly Location[]): void {
  const doomed = new Map<Json, Set<string | number>>();
  for (const location of locations) {
    const last = location.at(-1);
    if (last === undefined) throw new Error('the root of the document cannot be removed');
    const parent = nodeAt(root, location.slice(0, -1));
    doomed.set(parent, (doomed.get(parent) ?? new Set()).add(last));
  }
  for (const [parent, members] of doomed) {
    if (isJsonObject(parent)) for (const name of members) delete parent[name];
    if (!Array.isArray(parent)) continue;
    const kept = parent.filter((_item, index) => !members.has(index));
    parent.length = 0;
    for (const item of kept) parent.push(item);
  }
}

function replace(root: JsonObject, location: Location, value: Json): void {
  const parent = nodeAt(root, location.slice(0, -1));
  const last = location.at(-1);
  if (Array.isArray(parent) && typeof last === 'number') parent[last] = value;
  // The member exists, so that even `__proto__` is set like any other.
  if (isJsonObject(parent) && last !== undefined) parent[last] = value;
}

function single(root: JsonObject, from: JsonPath): Json {
  const [location, ...others] = from.select(root);
  if (location === undefined || others.length > 0) {
    throw new Error(
      `\`copy\` selects ${location === undefined ? 'nothing' : `${others.length + 1} nodes`}, not one`,
    );
  }
  return nodeAt(root, location);
}

function nodeAt(root: Json, location: Location): Json {
  return location.reduce<Json>((node, step) => {
    const below = Array.isArray(node) ? node[Number(step)] : isJsonObject(node) ? node[step] : undefined;
    return below ?? null;
  }, root);
}

/** Files are compared by their full path; for a URL, which may have been downloaded, by the name of the file. */
function checkExtends(
  overlay: Overlay,
  { file, self }: { readonly file: string; readonly self: string | undefined },
): string[] {
  if (overlay.extends === undefined) return [];
  const { reference, place } = overlay.extends;
  const isUrl = /^https?:/i.test(reference);
  const isMeant = isUrl
    ? reference === self ||
      path.basename(URL.parse(reference)?.pathname ?? '') === path.basename(toSlashes(file))
    : path.join(path.dirname(toSlashes(overlay.file)), decodePercent(reference)) ===
      path.normalize(toSlashes(file));
  const isAbsolute =
    path.normalize(decodePercent(reference.replace(/^file:\/\//, ''))) === path.normalize(toSlashes(file));
  if (isMeant || isAbsolute) return [];
  return [`${place} the overlay extends ${shorten(reference)} and is applied to another document`];
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
