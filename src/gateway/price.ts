import type { Json } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import { compileGlob } from '../text/glob.ts';
import { multiplyNanoUsd, toNanoUsd } from '../text/nano-usd.ts';
import { fromPointer, valueAt } from '../text/pointer.ts';
import { NO_COST, type Cost } from './ledger/ledger.ts';
import type { PriceSettings, SourcePriceSettings } from './settings.ts';

/** What calls of a tool cost. */
export interface Price {
  /** The most that one call can cost, as far as is known before it. */
  readonly bound: Cost;
  /** What a call came to, by the upstream's own answer. Undefined: the answer does not say. */
  costOf(answer: Json | undefined): Cost | undefined;
}

/** The prices of a source's tools. Undefined: the tool costs nothing. */
export type PriceList = (tool: Tool) => Price | undefined;

export function createPriceList({ price, prices = {} }: SourcePriceSettings): PriceList {
  const rows = Object.entries(prices).map(([glob, settings]) => ({
    matches: compileGlob(glob),
    price: compilePrice(settings),
  }));
  const otherwise = price === undefined ? undefined : compilePrice(price);
  return ({ name }) => rows.find(({ matches }) => matches(name))?.price ?? otherwise;
}

function compilePrice(settings: PriceSettings): Price {
  if (typeof settings === 'number') return fixedPrice(toNanoUsd(settings));
  const { perCall = 0, field, usdPerUnit = 1, max = 0, tokens } = settings;
  const fixed = toNanoUsd(perCall);
  if (field === undefined && tokens === undefined) return fixedPrice(fixed);
  const perUnit = toNanoUsd(usdPerUnit);
  const readUnits = field === undefined ? () => 0 : numberReader(field);
  const readTokens = tokens === undefined ? () => 0 : numberReader(tokens.field);
  return {
    bound: { ...NO_COST, nanoUsd: fixed + toNanoUsd(max), outputTokens: tokens?.max ?? 0 },
    costOf(answer) {
      const [units, used] = [readUnits(answer), readTokens(answer)];
      if (units === undefined || used === undefined || !Number.isSafeInteger(Math.ceil(used)))
        return undefined;
      const metered = multiply(units, perUnit);
      if (metered === undefined || !Number.isSafeInteger(fixed + metered)) return undefined;
      return { ...NO_COST, nanoUsd: fixed + metered, outputTokens: Math.ceil(used) };
    },
  };
}

function fixedPrice(nanoUsd: number): Price {
  const bound = { ...NO_COST, nanoUsd };
  return { bound, costOf: () => bound };
}

/** The number at a pointer, where it is one that can be charged. */
function numberReader(pointer: string): (answer: Json | undefined) => number | undefined {
  const path = fromPointer(pointer);
  return (answer) => {
    const value = valueAt(answer, path);
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
  };
}

function multiply(units: number, perUnit: number): number | undefined {
  try {
    return multiplyNanoUsd(units, perUnit);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
