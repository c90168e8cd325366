import { BailiwickError } from '../../errors.ts';
import { MAX_KEY_LIMITS, type KeyLimit } from '../../identity/keys/key-record.ts';
import { toNanoUsd, toUsdText } from '../../text/nano-usd.ts';

const FORM =
  /^(?<what>calls|tokens|usd|rate|concurrency)=(?<amount>\d{1,16}(\.\d{1,9})?)(\/(?<per>second|minute|hour|day|month))?$/;

export const LIMIT_HELP =
  'a limit of this key alone, beside those of the policies; may be repeated: calls=100/day, tokens=1000000/month, usd=5/month (per hour, day or month), rate=10/minute (calls per second, minute, hour or day, sliding), concurrency=4';

/** @throws BailiwickError `USAGE` */
export function toKeyLimits(texts: readonly string[]): KeyLimit[] {
  if (texts.length > MAX_KEY_LIMITS) {
    throw new BailiwickError(
      'USAGE',
      `--limit: a key takes at most ${MAX_KEY_LIMITS} limits, not ${texts.length}`,
    );
  }
  return texts.map(toKeyLimit);
}

function toKeyLimit(text: string): KeyLimit {
  const { what, amount = '', per } = FORM.exec(text.trim())?.groups ?? {};
  if (what === 'concurrency' && per === undefined)
    return { kind: 'concurrency', calls: toWhole(text, amount) };
  if (what === 'rate' && per !== undefined && per !== 'month') {
    return { kind: 'rate', calls: toWhole(text, amount), per: per as 'second' };
  }
  const isPeriod = per === 'hour' || per === 'day' || per === 'month';
  if (what === 'usd' && isPeriod) return { kind: 'budget', unit: what, amount: toMoney(text, amount), per };
  if ((what === 'calls' || what === 'tokens') && isPeriod) {
    return { kind: 'budget', unit: what, amount: toWhole(text, amount), per };
  }
  throw wrong(text, 'is no limit');
}

/** The form in which it is given. */
export function toLimitText(limit: KeyLimit): string {
  switch (limit.kind) {
    case 'rate':
      return `rate=${limit.calls}/${limit.per}`;
    case 'concurrency':
      return `concurrency=${limit.calls}`;
    case 'budget':
      return `${limit.unit}=${limit.unit === 'usd' ? toUsdText(limit.amount) : limit.amount}/${limit.per}`;
  }
}

function toWhole(text: string, amount: string): number {
  const value = Number(amount);
  if (!Number.isSafeInteger(value)) throw wrong(text, 'does not count in whole numbers up to 2^53 - 1');
  return value;
}

function toMoney(text: string, amount: string): number {
  try {
    return toNanoUsd(amount);
  } catch (error) {
    throw wrong(text, `${(error as RangeError).message}:`);
  }
}

function wrong(text: string, why: string): BailiwickError {
  return new BailiwickError(
    'USAGE',
    `--limit: "${text}" ${why}; write calls=100/day, tokens=1000000/month, usd=5/month, rate=10/minute or concurrency=4`,
  );
}
