import type { Json } from '../../catalog/json.ts';

const PLACE = /\{\{(.*?)\}\}/gs;

/** RFC 6901. */
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;

/**
 * A template filled with values of a record: JSON in, JSON out.
 *
 * A text that is exactly `{{/pointer}}` becomes the value there, of whatever type; null where there is none. In a longer
 * text the value is written out: a text as it is, anything else as JSON, nothing where there is none. Values only ever
 * become parts of texts, never of the JSON around them, and are not looked at for further places.
 */
export function fillTemplate(template: Json, record: unknown): Json {
  if (typeof template === 'string') return fillText(template, record);
  if (Array.isArray(template)) return template.map((item) => fillTemplate(item, record));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fillTemplate(item, record)]));
}

/** The places of a template that are not JSON pointers. */
export function findBadPlaces(template: Json): string[] {
  if (typeof template === 'string') {
    return [...template.matchAll(PLACE)].flatMap(([, place = '']) =>
      POINTER.test(place.trim()) ? [] : [place],
    );
  }
  if (typeof template !== 'object' || template === null) return [];
  return Object.values(template).flatMap(findBadPlaces);
}

function fillText(text: string, record: unknown): Json {
  const whole = /^\{\{([^{}]*)\}\}$/.exec(text)?.[1];
  if (whole !== undefined) return find(record, whole) ?? null;
  return text.replaceAll(PLACE, (_, place: string) => {
    const value = find(record, place);
    if (value === undefined) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function find(root: unknown, place: string): Json | undefined {
  let value: unknown = root;
  for (const part of place.trim().split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value as Json;
}
