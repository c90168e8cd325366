import { codesOf, countOf, limitsOf, toShown, type Call } from '../../audit/read/call.ts';
import type { Entry } from '../../audit/read/join-calls.ts';
import type { AuditRecord } from '../../audit/record.ts';
import { toUsdText } from '../../text/nano-usd.ts';
import type { Style } from '../terminal.ts';
import { visible, visibleJson } from './safe-text.ts';

/*
 * What the parts of a record are in words. Every text of somebody else in them is made visible.
 */

/** Who it was: the subject, or the address where nobody was known. */
export function describeWho({
  principal,
  via,
  detail,
}: Pick<AuditRecord, 'principal' | 'via' | 'detail'>): string {
  if (principal) return visible(principal.subject);
  if (detail?.['others'] === true) return '(others)';
  return via?.ip === undefined ? '' : `(${visible(via.ip)})`;
}

export function describeWhat({ target }: Pick<AuditRecord, 'target'>): string {
  const shown = toShown(target);
  if (target === undefined || shown === undefined) return '';
  const { kind, source } = target;
  // A tool's name has its source in it; two sources may have a resource or a prompt of one name.
  const isBare = source !== undefined && (kind === 'resource' || kind === 'prompt');
  return visible(isBare ? `${source}: ${shown}` : shown);
}

/** The status, and the code where that says more. */
export function describeStatus(call: Pick<Call, 'result' | 'detail'>): string {
  const { status } = call.result;
  const codes = codesOf(call);
  const count = countOf(call);
  if (count > 1) {
    const each = [...codes].map(([code, times]) => `${visible(code)} ×${times}`).join(', ');
    return `${visible(status)} ×${count}${each === '' ? '' : ` (${each})`}`;
  }
  const [code] = codes.keys();
  return code === undefined || status === 'ok' ? visible(status) : `${visible(status)} ${visible(code)}`;
}

export function styleOfStatus(status: string): Style {
  if (status === 'ok') return 'green';
  return status === 'refused' || status === 'unknown' ? 'yellow' : 'red';
}

/** Terminals of fewer columns have no room for years and milliseconds. */
const WIDE_COLUMNS = 140;

/** When it was: in full, or on a narrow terminal as `11-21 08:13:41`. UTC. */
export function describeTime(time: string, width: number): string {
  return width < WIDE_COLUMNS ? time.slice(5, 19).replace('T', ' ') : time;
}

/** The limits that refused, or the rules that decided, or why where no rule did. */
export function describeRules({ decision, detail }: Pick<AuditRecord, 'decision' | 'detail'>): string {
  const limits = limitsOf({ detail });
  const { rules = [], reason } = decision ?? {};
  if (limits.length > 0) return visible(limits.join(', '));
  if (rules.length > 0) return visible(rules.join(', '));
  return reason === undefined ? '' : visible(reason);
}

/** What the shadow policies would have decided, where that is something else. */
export function describeShadow(record: Pick<AuditRecord, 'detail'>): string {
  const shadow = shadowOf(record);
  if (shadow === undefined) return '';
  return [`would be ${visible(String(shadow['effect']))}`, describeShadowRules(record)]
    .filter((part) => part !== '')
    .join('  ');
}

/** `permit → deny`; where only rules or obligations differ the effect alone. */
export function describeShadowEffect({ decision, detail }: Pick<AuditRecord, 'decision' | 'detail'>): string {
  const shadow = shadowOf({ detail });
  if (shadow === undefined) return '';
  const there = visible(String(shadow['effect']));
  const here = visible(decision?.effect ?? '');
  return here === there || here === '' ? there : `${here} → ${there}`;
}

/** The rules that decided in the shadow, or why where no rule did, and what else they would oblige to. */
export function describeShadowRules({ detail }: Pick<AuditRecord, 'detail'>): string {
  const { rules, reason, obligations } = shadowOf({ detail }) ?? {};
  const named = Array.isArray(rules) ? rules.filter((rule) => typeof rule === 'string').join(', ') : '';
  const why = named !== '' || typeof reason !== 'string' ? named : reason;
  const duties = obligations === undefined ? '' : `obligations ${visibleJson(obligations)}`;
  return [visible(why), duties].filter((part) => part !== '').join('  ');
}

function shadowOf({
  detail,
}: {
  detail?: AuditRecord['detail'] | undefined;
}): Readonly<Record<string, unknown>> | undefined {
  const shadow = detail?.['shadow'];
  if (typeof shadow !== 'object' || shadow === null || !('effect' in shadow)) return undefined;
  return shadow;
}

export function describeMilliseconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '' : `${Math.round(milliseconds)} ms`;
}

/** Money, and tokens where there is no price. `≤`: the most that it can have been. */
export function describeCost(cost: AuditRecord['cost']): string {
  if (cost === undefined) return '';
  const { nanoUsd, inputTokens = 0, outputTokens = 0, bound } = cost;
  if (nanoUsd !== undefined) return `${bound === true ? '≤ ' : ''}$${toUsdText(nanoUsd)}`;
  const tokens = inputTokens + outputTokens;
  return tokens > 0 ? `${tokens} tokens` : '';
}

/** The arguments as they were recorded; of those that were not, nothing. */
export function describeArguments(args: AuditRecord['args']): string {
  const recorded = args?.full ?? args?.masked;
  return recorded === undefined ? '' : visibleJson(recorded);
}

/** By which a call can be named on a command line, where nothing else begins the same way. */
export function shortenId(id: string | undefined): string {
  return id === undefined ? '' : visible(/^[0-9a-f]{8}-/.test(id) ? id.slice(0, 8) : id);
}

/** The members that calls and records share. */
export function entryOf(entry: Entry): AuditRecord | Call {
  return entry.kind === 'call' ? entry.call : entry.record;
}
