import { matchesPath, type Path } from '../text/pointer.ts';

/** Settings that the design knows and this version does not have. `*` is any one part. */
const KEYS: readonly string[] = [
  'guardrails',
  'limits',
  'models',
  'sources.*.identity',
  'sources.*.kubernetes',
  'sources.*.rules',
];

/** True for a key that a later version may know: refused all the same, but by its name. */
export function isKeyOfAnotherVersion(path: Path): boolean {
  return KEYS.some((pattern) => matchesPath(path, pattern.split('.')));
}

/** True for a key that would be the currency of a price: prices are in USD, and their keys say of what. */
export function isCurrencyOfPrice(path: Path): boolean {
  const key = String(path.at(-1));
  const isOfPrice =
    matchesPath(path, ['sources', '*', 'price', '*']) ||
    matchesPath(path, ['sources', '*', 'prices', '*', '*']);
  return isOfPrice && (key === 'currency' || (/^[A-Za-z]{3}$/.test(key) && key !== 'max'));
}
