import type { Observed, Seen } from './observed.ts';

/**
 * What the observed values of arguments come to, as a condition: `args.kind in ["Job", "Pod"]`, `args.amount <= 5000`. Undefined
 * where nothing can be said of any of them.
 *
 * @param names Like `amount`, or `metadata.namespace`.
 */
export function toArgumentCondition(observed: Observed, names: readonly string[]): string | undefined {
  const parts = names.flatMap((name) => {
    const seen = observed.seen(name);
    const part = seen && toPart(name, seen);
    return part === undefined ? [] : [part];
  });
  return parts.length === 0 ? undefined : parts.join(' && ');
}

function toPart(name: string, { values, isOptional }: Seen): string | undefined {
  const place = `args.${name}`;
  if (values.size === 0) return isOptional ? `!${toPresence(name)}` : undefined;
  const told = toComparison(place, [...values]);
  return isOptional ? `(!${toPresence(name)} || ${told})` : told;
}

/** Every step on the way: what is not there has no members. */
function toPresence(name: string): string {
  const steps = name.split('.').map((_, index, all) => `has(args.${all.slice(0, index + 1).join('.')})`);
  return steps.length === 1 ? (steps[0] ?? '') : `(${steps.join(' && ')})`;
}

function toComparison(place: string, values: readonly (string | number | boolean)[]): string {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return `${place} in [${values.map(toLiteral).toSorted().join(', ')}]`;
  const least = Math.min(...numbers);
  const most = roundUp(Math.max(...numbers));
  return least < 0
    ? `${place} >= ${toLiteral(-roundUp(-least))} && ${place} <= ${toLiteral(most)}`
    : `${place} >= 0 && ${place} <= ${toLiteral(most)}`;
}

/** To two figures: 4711 becomes 4800, -4711 becomes -4700. */
function roundUp(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const rounded = unit >= 1 ? Math.ceil(value / unit) * unit : Math.ceil(value * (1 / unit)) / (1 / unit);
  return Number.isFinite(rounded) && rounded >= value ? rounded : value;
}

/** CEL writes texts as JSON does, without its escapes of line separators. A whole number beyond 64 bits is a double. */
function toLiteral(value: string | number | boolean): string {
  if (typeof value !== 'number') return JSON.stringify(value);
  if (!Number.isInteger(value) || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value);
  return value.toExponential().includes('.')
    ? value.toExponential()
    : value.toExponential().replace('e', '.0e');
}
