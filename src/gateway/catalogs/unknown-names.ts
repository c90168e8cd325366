import type { CheckContext } from '../../policy/check.ts';
import { suggest } from '../../text/suggest.ts';

/** True for a shown name of a source of which not everything is known. */
export function mayBeUnknown(
  shownName: string,
  { unknown = [], withToolsOnly = [] }: Pick<CheckContext, 'unknown' | 'withToolsOnly'>,
): boolean {
  const source = shownName.split('_')[0] ?? '';
  return unknown.includes(source) || withToolsOnly.includes(source);
}

/** The end of a sentence that says what was meant instead, where that can be guessed. */
export function didYouMean(name: string, known: readonly string[]): string {
  const bare = known.find((one) => one.endsWith(`_${name}`));
  const near = bare ?? suggest(name, known);
  return near === undefined ? '' : `; did you mean \`${near}\`?`;
}
