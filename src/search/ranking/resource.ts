import type { SearchDocument } from '../document.ts';
import type { Language } from './language.ts';

/** Segments of a path that name no thing. */
const NOTHING = /^(?:apis?|v\d+(?:(?:alpha|beta)\d*)?|watch|namespaces?|)$/i;
const NAMESPACE = /^namespaces?$/i;

/** Terms for the thing that an entry is about: of its path and kind, or else of its name without the verb. */
export function resourceTerms(
  { method, name, path, kubernetes }: SearchDocument,
  language: Language,
): string[] {
  if (method === undefined || path === undefined) {
    return language.terms(name).filter((term) => !language.classesOf(term));
  }
  const all = staticSegments(path);
  const things = all.filter((segment) => !NOTHING.test(segment));
  // Where nothing is in a namespace, the namespace itself is meant.
  const segments = things.length > 0 ? things : all.filter((segment) => NAMESPACE.test(segment));
  return language.terms([...segments, segments.at(-1) ?? '', kubernetes?.kind ?? ''].join(' '));
}

/** Segments of a path template without parameters. */
export function staticSegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && !segment.includes('{'));
}
