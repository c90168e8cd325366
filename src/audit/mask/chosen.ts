/** What the operator masks beside what is known: member names anywhere, and JSON pointers (RFC 6901) in which `*` is any part. */
export interface Chosen {
  /** True for a member of this name, in any spelling, wherever it is. */
  isName(name: string): boolean;
  readonly root: ChosenPlace;
}

/** The pointers that may still lead somewhere from one place; undefined: none. */
export type ChosenPlace = readonly (readonly string[])[] | undefined;

export function chooseNames(entries: readonly string[]): Chosen {
  const names = new Set(entries.filter((entry) => !entry.startsWith('/')).map(toPlain));
  const pointers = entries.filter((entry) => entry.startsWith('/')).map(toParts);
  return {
    isName: (name) => names.size > 0 && names.has(toPlain(name)),
    root: pointers.length > 0 ? pointers : undefined,
  };
}

/** The pointers that go on below a member or an item; `isChosen`: one ends there. */
export function below(place: ChosenPlace, part: string): { isChosen: boolean; rest: ChosenPlace } {
  if (place === undefined) return NOWHERE;
  const rest = place.filter(([first]) => first === '*' || first === part).map((parts) => parts.slice(1));
  if (rest.length === 0) return NOWHERE;
  return { isChosen: rest.some((parts) => parts.length === 0), rest };
}

const NOWHERE = { isChosen: false, rest: undefined };

/** Without case, and without the characters that join words. */
function toPlain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s._-]/g, '');
}

function toParts(pointer: string): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
