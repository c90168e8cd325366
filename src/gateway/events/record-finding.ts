import type { ArgumentRecorder } from '../../audit/mask/record-arguments.ts';
import type { RecordEntry } from '../../audit/record.ts';
import type { Json } from '../../catalog/json.ts';
import { brief } from '../brief.ts';
import { recordPrincipal } from '../describe-call.ts';
import { toEndpointPath } from '../endpoint.ts';
import type { Finding } from '../facade.ts';
import type { Caller, Road } from '../road.ts';

/** Members of a list that a record keeps, queries of a question among them. */
const MOST_KEPT = 20;

/** Entries that a record keeps of all that was told. */
const MOST_TOLD = 100;

/**
 * Records a search: a `list` record with `detail.list: 'found'`, what was asked in `args` (masked as arguments are), and in
 * `detail.found` what was told, by query and in its order. What was called afterwards is in the records of the calls.
 *
 * A record is bounded, whatever was asked: texts are cut as names are, lists after a number of members; `detail.count` says how
 * many entries were told in all.
 *
 * @throws BailiwickError `RECORD_UNAVAILABLE`: nothing may be told then.
 */
export async function recordFinding(
  road: Pick<Road, 'record'>,
  caller: Pick<Caller, 'principal' | 'via' | 'endpoint' | 'snapshot'>,
  call: string,
  { asked, found }: Finding,
): Promise<void> {
  const { principal, via, endpoint, snapshot } = caller;
  const { recordArguments } = snapshot.settings;
  const path = toEndpointPath(endpoint);
  const args = boundArguments(recordArguments.of(asked));
  const entry: RecordEntry = {
    type: 'list',
    call,
    principal: recordPrincipal(principal),
    via: { ...via, endpoint: path },
    policy: snapshot.policy.digest,
    catalog: snapshot.catalog.digest,
    ...(args && { args }),
    detail: {
      list: 'found',
      endpoint: path,
      count: found.reduce((sum, told) => sum + told.length, 0),
      found: firstOf(found).map((told) => told.map((one) => toRecordedName(one, recordArguments))),
    },
  };
  await road.record(entry, { durable: false });
}

/** The first of each query, and of later ones what there is room for. */
function firstOf(found: Finding['found']): string[][] {
  let room = MOST_TOLD;
  return found.slice(0, MOST_KEPT).map((told) => {
    const kept = told.slice(0, room);
    room -= kept.length;
    return kept;
  });
}

/** As the record of a call names it: a URI, which may hold a credential, is masked there, too. */
function toRecordedName(entry: string, masking: ArgumentRecorder): string {
  const slash = entry.indexOf('/') + 1;
  const before = entry.slice(0, slash);
  const own = brief(entry.slice(slash));
  return before + (before.includes(' ') ? masking.text(own) : own);
}

/** Cut after they were masked: half of a secret is known by nothing. */
function boundArguments(args: RecordEntry['args']): RecordEntry['args'] {
  if (args === undefined) return undefined;
  const { digest, masked, full } = args;
  return {
    digest,
    ...(masked !== undefined && { masked: bound(masked as Json, 0) }),
    ...(full !== undefined && { full: bound(full as Json, 0) }),
  };
}

/** Deeper than any question is. */
const MOST_LEVELS = 4;

function bound(value: Json, level: number): Json {
  if (typeof value === 'string') return brief(value);
  if (typeof value !== 'object' || value === null) return value;
  if (level === MOST_LEVELS) return '…';
  if (Array.isArray(value)) return value.slice(0, MOST_KEPT).map((one) => bound(one, level + 1));
  const members = Object.entries(value).slice(0, MOST_KEPT);
  return Object.fromEntries(members.map(([name, one]) => [brief(name), bound(one, level + 1)]));
}
