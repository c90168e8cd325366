import type { z } from 'zod';

/*
 * What people write in limits and means something elsewhere, in words that say what to write instead.
 */

const MONEY = new Set([...Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()), 'dollars']);

/** A key of a limit that is unknown where it stands; `undefined` where there is nothing more to say than that. */
export function describeLimitKey(key: string, path: readonly PropertyKey[]): string | undefined {
  if (path[0] !== 'limits') return undefined;
  const holder = path.findLast((step) => typeof step === 'string');
  if (holder === 'rate' && key === 'usd') {
    return 'a rate counts `calls` or `tokens`; money is limited by a budget: `budget: { usd: 5, per: day }`';
  }
  if (holder === 'concurrency' && key === 'per') {
    return 'concurrency is about one moment and has no `per`; calls in a period are limited by a rate or a budget';
  }
  if (holder === 'concurrency' && (key === 'tokens' || key === 'usd')) {
    return 'concurrency counts `calls` only';
  }
  if (key === 'currency' || MONEY.has(key.toLowerCase())) {
    return `there is no \`${key}\`: money is counted in US dollars; convert the amount and write \`usd\``;
  }
  return undefined;
}

/** A value of a limit that is of the wrong type, or none of the choices. */
export function describeLimitValue(
  issue: z.core.$ZodIssue,
  path: readonly PropertyKey[],
  value: unknown,
): string | undefined {
  if (path[0] !== 'limits') return undefined;
  const key = path.at(-1);
  if (key === 'per' && issue.code === 'invalid_value') return describePeriod(issue.values, value);
  if (key === 'concurrency' && (issue.code === 'invalid_union' || issue.code === 'invalid_type')) {
    return 'expected a whole number of calls, or a map of keys like `{ calls: 5, by: principal }`';
  }
  if (issue.code !== 'invalid_type') return undefined;
  if (key === 'usd') return 'expected US dollars as a number, without a sign or a unit, like `usd: 50`';
  if (key === 'calls' || key === 'tokens') return 'expected a whole number';
  return undefined;
}

function describePeriod(choices: readonly unknown[], value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const listed = choices.map((choice) => `\`${String(choice)}\``).join(' or ');
  if (/^week/i.test(value)) return `weeks are not supported; expected ${listed}`;
  if (/^month/i.test(value) && !choices.includes('month')) {
    return `a rate has no months, which differ in length; expected ${listed}, or write a budget, which has`;
  }
  return undefined;
}
