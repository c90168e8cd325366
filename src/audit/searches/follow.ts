import { ACCESS, type Access } from '../../catalog/tool.ts';
import { compileGlob } from '../../text/glob.ts';
import { codesOf, countOf, type Call } from '../read/call.ts';
import type { Entry } from '../read/join-calls.ts';
import { toSearch, type Search } from './search.ts';

/** A search, and what was called after it. */
export interface FollowedSearch {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly search: Search;
  /** What was called within its window and belongs to it, each once, in the order of the first calls. */
  readonly calls: readonly FoundCall[];
  /** Its window was not over at the end of the record: what it leads to is not known yet. */
  readonly isOpen: boolean;
}

/** Something that was called after a search. */
export interface FoundCall {
  /** As the record of a search tells it: `source/own`, with the kind in front where it is no tool. */
  readonly target: string;
  /** By query, its place in what was told, from 1; undefined where that query did not tell it. */
  readonly ranks: readonly (number | undefined)[];
  readonly access?: Access;
}

/** Puts calls to the searches before them. */
export interface SearchFollower {
  /** Takes the next entry in the order of time. Gives the searches whose windows are over. */
  take(entry: Entry): FollowedSearch[];
  /** Gives those whose windows are not over at this time, the end of the record. */
  end(time: number): FollowedSearch[];
}

export interface FollowOptions {
  /** How long after a search a call may belong to it, in milliseconds. */
  readonly windowMs: number;
  /** What searches may hold whose windows are not over, in characters; beyond it the oldest are given early. */
  readonly maxHeld?: number;
}

interface Open {
  readonly time: number;
  readonly search: Search;
  readonly caller: Owner;
  readonly size: number;
  readonly calls: Map<string, FoundCall>;
}

/** The searches of a caller whose windows are not over. */
interface Owner {
  readonly name: string;
  /** The oldest first. They are closed in this order. */
  readonly open: Open[];
  /** By what was told, the last that told it. */
  readonly lastTold: Map<string, Open>;
}

/** Searches of one caller whose windows are not over: more than any makes. */
const MOST_OPEN = 1000;

/** Targets that are told apart after one search. */
const MOST_CALLS = 50;

/**
 * A call belongs to one search at most: of those that the same caller made within the window before it the last that told what is
 * called; where none did, the last of all. The same caller is the same principal, through the same face, client and session.
 *
 * Calls to what the caller cannot see, folded refusals, and what is no call of a tool, a resource or a prompt belong to none. One that
 * was refused or failed says that what was told was chosen; of anything else it says nothing, it may have been the wrong thing.
 */
export function createSearchFollower({
  windowMs,
  maxHeld = 32 * 1024 * 1024,
}: FollowOptions): SearchFollower {
  /** The oldest first. */
  const open = new Set<Open>();
  const callers = new Map<string, Owner>();
  let held = 0;

  function begin(time: number, name: string, search: Search): FollowedSearch[] {
    const caller: Owner = callers.get(name) ?? { name, open: [], lastTold: new Map() };
    callers.set(name, caller);
    const begun: Open = { time, search, caller, size: sizeOf(search), calls: new Map() };
    open.add(begun);
    held += begun.size;
    caller.open.push(begun);
    for (const entry of search.told.flat()) caller.lastTold.set(entry, begun);
    const early = caller.open.length > MOST_OPEN ? [close(caller.open[0]!, false)] : [];
    for (const oldest of open) {
      if (held <= maxHeld || oldest === begun) break;
      early.push(close(oldest, false));
    }
    return early;
  }

  function close(one: Open, isOpen: boolean): FollowedSearch {
    const { caller, search } = one;
    open.delete(one);
    held -= one.size;
    // The oldest of all is the oldest of its caller.
    caller.open.shift();
    for (const entry of search.told.flat())
      if (caller.lastTold.get(entry) === one) caller.lastTold.delete(entry);
    if (caller.open.length === 0) callers.delete(caller.name);
    return { time: one.time, search, calls: [...one.calls.values()], isOpen };
  }

  function expire(now: number): FollowedSearch[] {
    const over: FollowedSearch[] = [];
    for (const one of open) {
      if (one.time + windowMs >= now) break;
      over.push(close(one, false));
    }
    return over;
  }

  function follow(time: number, name: string, target: string, call: Call): void {
    const caller = callers.get(name);
    const search = caller && searchOf(caller, time, target);
    if (search === undefined || search.calls.has(target) || search.calls.size >= MOST_CALLS) return;
    const ranks = ranksOf(target, search.search);
    if (cameToNothing(call) && ranks.every((rank) => rank === undefined)) return;
    const access = ACCESS.find((one) => one === call.target?.access);
    search.calls.set(target, { target, ranks, ...(access && { access }) });
  }

  function searchOf({ open: own, lastTold }: Owner, time: number, target: string): Open | undefined {
    const isBefore = (one: Open): boolean => one.time <= time && time <= one.time + windowMs;
    const last = lastTold.get(target);
    const isKnown = !target.startsWith(RESOURCE) && (last === undefined || isBefore(last));
    // A template may stand for a resource, and a clock may have been set back: then each is looked at.
    const told = isKnown
      ? last
      : own.findLast(
          (one) => isBefore(one) && ranksOf(target, one.search).some((rank) => rank !== undefined),
        );
    return told ?? own.findLast(isBefore);
  }

  return {
    take(entry) {
      const of = entry.kind === 'call' ? entry.call : entry.record;
      const time = Date.parse(of.time);
      const over = expire(time);
      const caller = callerOf(of);
      if (caller === undefined) return over;
      if (entry.kind === 'call') {
        const target = targetOf(entry.call);
        if (target !== undefined) follow(time, caller, target, entry.call);
        return over;
      }
      const search = toSearch(entry.record);
      return search ? [...over, ...begin(time, caller, search)] : over;
    },
    end: (time) => [...open].map((one) => close(one, one.time + windowMs > time)),
  };
}

/** Whose it is; undefined where nobody was known. */
function callerOf({ principal, via }: Pick<Call, 'principal' | 'via'>): string | undefined {
  if (principal === undefined) return undefined;
  const { face, session, clientName } = via ?? {};
  return JSON.stringify([principal.issuer, principal.subject, face, session ?? clientName]);
}

/** What was called, as the record of a search tells it. */
function targetOf(call: Call): string | undefined {
  const { target, detail } = call;
  const isNone =
    target?.source === undefined ||
    target.kind === 'model' ||
    countOf(call) > 1 ||
    detail?.['method'] !== undefined ||
    [...codesOf(call).keys()].some((code) => code.startsWith('UNKNOWN_'));
  if (isNone) return undefined;
  return `${target.kind === 'tool' ? '' : `${target.kind} `}${target.source}/${target.name}`;
}

function cameToNothing({ refused, result }: Call): boolean {
  return refused || !['ok', 'unknown'].includes(result.status);
}

function ranksOf(target: string, { told }: Search): (number | undefined)[] {
  return told.map((entries) => {
    const index = entries.findIndex((entry) => entry === target || isOfTemplate(target, entry));
    return index === -1 ? undefined : index + 1;
  });
}

const TEMPLATE = 'template ';
const RESOURCE = 'resource ';

/** Whether what was read is one of the resources of a template that was told (RFC 6570: `{…}` stands for any text). */
function isOfTemplate(target: string, entry: string): boolean {
  if (!target.startsWith(RESOURCE) || !entry.startsWith(TEMPLATE)) return false;
  const pattern = entry.slice(TEMPLATE.length).replaceAll(/\{[^{}]*\}/g, '*');
  return compileGlob(pattern)(target.slice(RESOURCE.length));
}

function sizeOf({ queries = [], told }: Search): number {
  return [queries, ...told].reduce((size, texts) => size + sizeOfTexts(texts), 256);
}

function sizeOfTexts(texts: readonly string[]): number {
  return texts.reduce((size, { length }) => size + length + 32, 32);
}
