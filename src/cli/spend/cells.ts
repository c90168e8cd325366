import { toUsdText } from '../../text/nano-usd.ts';
import { cut, visible, widthOf } from '../audit/safe-text.ts';

/** Letters that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const LEFT_TO_RIGHT_MARK = '\u200E';

/** What stands for those who have none: no team, no key. */
const NONE = '(none)';

/**
 * A name of somebody else's as a cell: what steers a terminal is made visible, and what is long is cut in the
 * middle. A mark without a
 * width keeps letters that run to the left from turning the numbers after them.
 */
export function toCell(label: string | undefined, columns: number): string {
  if (label === undefined) return NONE;
  const text = cutMiddle(visible(label), columns);
  return RIGHT_TO_LEFT.test(text) ? text + LEFT_TO_RIGHT_MARK : text;
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Names of one issuer or source begin alike: the end stays, too. */
function cutMiddle(text: string, columns: number): string {
  if (columns === Infinity || cut(text, columns) === text) return text;
  const head = cut(text, Math.ceil(columns / 2));
  let tail = '';
  for (const { segment } of [...GRAPHEMES.segment(text.slice(-columns))].toReversed()) {
    if (widthOf(segment + tail) > columns - widthOf(head)) break;
    tail = segment + tail;
  }
  return head + tail.toWellFormed().replaceAll('\uFFFD', '');
}

/** A column of money: the same number of decimals in all, at least two. */
export function toMoney(amounts: readonly bigint[]): string[] {
  const texts = amounts.map((amount) => toUsdText(amount));
  const decimals = Math.max(2, ...texts.map((text) => text.split('.')[1]?.length ?? 0));
  return texts.map((text) => {
    const [whole = '0', fraction = ''] = text.split('.');
    return `${group(whole)}.${fraction.padEnd(decimals, '0')}`;
  });
}

/** A count as people read it: `1,204`. */
export function toCount(count: bigint): string {
  return group(String(count));
}

/** A part of a whole in percent with one decimal; nothing of nothing is none. */
export function toShare(part: bigint, whole: bigint): string {
  if (whole === 0n) return '-';
  const tenths = (part * 2000n + whole) / (2n * whole);
  return `${tenths / 10n}.${tenths % 10n} %`;
}

/** Thousands apart. */
function group(digits: string): string {
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
