import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { CleanText, TextLoss } from './clean-text.ts';

/** Texts of an entry of a list, beside what names it. */
const TEXTS: readonly (readonly [member: string, kind: 'title' | 'description'])[] = [
  ['title', 'title'],
  ['description', 'description'],
];

/**
 * A resource, a template or a prompt as it may be shown. `key` is the member that names it, and stays as it is: it is what the
 * upstream is asked for. Members that are not known are passed on.
 */
export function cleanEntry(
  definition: JsonObject,
  key: 'name' | 'uri' | 'uriTemplate',
  clean: CleanText,
  losses: TextLoss[],
): JsonObject {
  const cleaned: JsonObject = { ...cleanMembers(definition, '', clean) };
  // The name of a resource is for people; its URI is what it is asked for by.
  if (key !== 'name' && typeof cleaned['name'] === 'string') {
    cleaned['name'] = clean(cleaned['name'], '/name', 'title');
  }
  if (Array.isArray(cleaned['arguments'])) {
    cleaned['arguments'] = cleaned['arguments'].map((argument: Json, index) =>
      isJsonObject(argument) ? cleanMembers(argument, `/arguments/${index}`, clean) : argument,
    );
  }
  return cleanIcons(cleaned, losses);
}

function cleanMembers(object: JsonObject, pointer: string, clean: CleanText): JsonObject {
  const texts = TEXTS.flatMap(([member, kind]) => {
    const text = object[member];
    return typeof text === 'string' ? [[member, clean(text, `${pointer}/${member}`, kind)] as const] : [];
  });
  return { ...object, ...Object.fromEntries(texts) };
}

/** Icons that a client may show: from `https` and `data` URLs (MCP 2025-11-25, basic, "Icons"). */
export function cleanIcons(definition: JsonObject, losses: TextLoss[]): JsonObject {
  const { icons, ...rest } = definition;
  if (!Array.isArray(icons)) return definition;
  const kept = icons.filter(
    (icon) => isJsonObject(icon) && typeof icon['src'] === 'string' && /^(?:https|data):/i.test(icon['src']),
  );
  if (kept.length === icons.length) return definition;
  losses.push({ reason: 'icons-dropped', detail: `/icons: ${icons.length - kept.length} dropped` });
  return kept.length > 0 ? { ...rest, icons: kept } : rest;
}
