import type { RecordEntry } from '../audit/record.ts';
import type { Target } from '../catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import type { BailiwickError } from '../errors.ts';
import { NO_COST, type Cost } from './ledger/ledger.ts';
import type { Price } from './price.ts';
import type { Caller, Road } from './road.ts';
import { toUsdText } from '../text/nano-usd.ts';

/** What a call counts as, and what it costs. */
export interface Chargeable {
  readonly target: Target;
  /** Absent: it costs nothing. */
  readonly price?: Price | undefined;
}

/** A call that has reserved what it can cost. One of `end` and `release` is called, once. */
export interface Charge {
  /** The upstream answered, with this of its own; undefined where that is no JSON. */
  answered(answer: Json | undefined): void;
  /** The upstream did not answer but ask: this round costs nothing. */
  asked(): void;
  /**
   * The call is over; `error` is what ended it without an answer. Settling is begun, and not waited for.
   *
   * @returns what the record says of its cost.
   */
  end(error?: BailiwickError): Pick<RecordEntry, 'cost'>;
  /** Nothing was sent. */
  release(): Promise<void>;
}

/**
 * Reserves the most that a call can cost.
 *
 * An answer is charged whether it is a success or an error. So is a call without one (a timeout, a cancellation): what it
 * did cost is then not known, and the most is charged. Only what certainly was not sent is free.
 *
 * @throws BailiwickError `LIMIT_EXCEEDED`, `STATE_UNAVAILABLE`
 */
export async function reserveCharge(
  road: Road,
  caller: Caller,
  id: string,
  { target, price }: Chargeable,
): Promise<Charge> {
  const bound = price?.bound ?? NO_COST;
  const { principal, snapshot } = caller;
  const hold = await road.ledger.reserve({ id, principal, target, policy: snapshot.policy, bound });
  let actual = price?.costOf(undefined);
  return {
    answered(answer) {
      actual = price?.costOf(answer);
      if (actual !== undefined && actual.nanoUsd > bound.nanoUsd) {
        road.logger.warn(
          { call: id, nanoUsd: actual.nanoUsd, max: bound.nanoUsd },
          `${describe(target)} cost ${toUsdText(actual.nanoUsd)} USD in one call, more than the most that is configured (${toUsdText(bound.nanoUsd)} USD); raise \`max\` of its price`,
        );
      }
    },
    asked() {
      actual = NO_COST;
    },
    end(error) {
      if (error?.nothingSent) {
        void hold.release();
        return {};
      }
      void hold.settle(price === undefined ? NO_COST : actual);
      return price === undefined ? {} : { cost: toRecord(actual, bound) };
    },
    release: () => hold.release(),
  };
}

/** What an upstream's own result says, for a price to be read from: its structured content, or else its text where that is JSON. */
export function answerOf(result: JsonObject): Json | undefined {
  const { structuredContent, content } = result;
  if (structuredContent !== undefined) return structuredContent;
  if (!Array.isArray(content)) return undefined;
  const [text] = content.flatMap((block) =>
    isJsonObject(block) && typeof block['text'] === 'string' ? [block['text']] : [],
  );
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

function toRecord(actual: Cost | undefined, bound: Cost): NonNullable<RecordEntry['cost']> {
  const { nanoUsd, inputTokens, outputTokens } = actual ?? bound;
  return {
    nanoUsd,
    ...(inputTokens > 0 && { inputTokens }),
    ...(outputTokens > 0 && { outputTokens }),
    ...(actual === undefined && { bound: true }),
  };
}

function describe(target: Target): string {
  return target.kind === 'tool' ? `${target.tool.source}/${target.tool.name}` : target.source;
}
