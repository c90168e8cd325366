import { toSearch, type Search } from '../../audit/searches/search.ts';
import type { AuditRecord, RecordType } from '../../audit/record.ts';
import { describeCost, describeRules, describeStatus, describeWhat } from './describe.ts';
import { visible, visibleJson } from './safe-text.ts';

/*
 * Records that are no calls, in words. Their free members may be anything: what does not have the expected form is shown
 * as `name=value`.
 */

type Detail = NonNullable<AuditRecord['detail']>;

/** By type, what it says; undefined where the members are not the expected ones. */
const PHRASES: Partial<Record<RecordType, (detail: Detail, record: AuditRecord) => string | undefined>> = {
  list: ({ count, list, endpoint, shadow }, record) => {
    const search = toSearch(record);
    if (search) return describeSearch(search, endpoint);
    const shown = say`was shown ${count} ${list} at ${endpoint}`;
    return shown && [shown, ...describeListShadow(shadow)].join('; ');
  },
  signin: describeSignIn,
  config: ({ change, version, changed, code, message }) => {
    const what = say`configuration: ${change}`;
    const more = [say`version ${version}`, ...toNames(changed), say`${code} ${message}`];
    return what && [what, ...more].filter((part) => part !== undefined).join(' ');
  },
  key: ({ change, key, keys, subject, issuer }) => {
    if (typeof subject === 'string') return say`credentials of ${subject} (${issuer}): ${change}`;
    const names = typeof key === 'string' ? [key] : toNames(keys, 'key');
    return names.length > 0 ? say`key ${change}: ${toShortList(names)}` : undefined;
  },
  drift: ({ count, tools, lock }) => {
    const names = toNames(tools, 'tool');
    return names.length > 0 ? say`${count} held back, not as in ${lock}: ${toShortList(names)}` : undefined;
  },
  limit: ({ change, limit, budget, period, part, scope }, { call }) => {
    if (change === 'lost') return say`the reservation of call ${call} outlived its process`;
    const used = typeof part === 'number' ? Math.round(part * 100) : undefined;
    const what = say`${used} % of limit ${limit} (${budget}) is used up in ${period}`;
    return what && [what, say`for ${scope}`].filter((text) => text !== undefined).join(' ');
  },
  checkpoint: ({ head, key }) => say`checkpoint of record ${memberOf(head, 'seq')}, signed by key ${key}`,
  repair: ({ change, chain, bytes, removed, until }) => {
    if (change === 'removed') {
      const files = Array.isArray(removed) ? removed.length : undefined;
      const chains = toShortList([...new Set(toNames(removed, 'chain'))]);
      return say`old files removed: ${files}, with records until ${until}, of ${chains}`;
    }
    return change === 'cut'
      ? say`chain ${chain} put in order: ${bytes} bytes of an unfinished line cut off`
      : say`chain ${chain} put in order: ${change}`;
  },
};

const NAMES: Readonly<Record<string, string>> = {
  'call.outcome': 'outcome without its intent',
};

/** What a record that is no call says, on one line. */
export function describeEvent(record: AuditRecord): string {
  const { type, detail = {}, result, cost } = record;
  const phrase = PHRASES[type]?.(detail, record);
  if (phrase !== undefined) return visible(phrase);
  return [
    NAMES[type] ?? visible(type),
    describeWhat(record),
    result ? describeStatus({ result }) : '',
    describeRules(record),
    describeCost(cost),
    describeMembers(detail),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** What was asked, and how much was told. */
function describeSearch({ queries, count, folded }: Search, endpoint: unknown): string {
  if (folded !== undefined) return `searched ${folded} times more in that minute`;
  const asked = queries === undefined ? '' : ` ${toShortList(queries.map((query) => `"${query}"`))}`;
  const where = typeof endpoint === 'string' ? ` at ${endpoint}` : '';
  return `searched${asked}: ${count === 0 ? 'nothing' : count} found${where}`;
}

/** What the shadow policies would show instead. */
function describeListShadow(shadow: unknown): string[] {
  const parts = (['gains', 'losses', 'changes'] as const).flatMap((name) => {
    const names = toNames(memberOf(shadow, name));
    return names.length > 0 ? [`${SHADOW_WORDS[name]} ${toShortList(names)}`] : [];
  });
  return parts.length > 0 ? [`the shadow policies would ${parts.join(', ')}`] : [];
}

const SHADOW_WORDS = { gains: 'add', losses: 'hide', changes: 'change' } as const;

/** What happened at the authorization server, or, without `what`, the first use of a credential. */
function describeSignIn(
  { others, what, client, scopes }: Detail,
  { principal }: AuditRecord,
): string | undefined {
  if (others === true) return 'signed in (more callers than are told apart)';
  switch (what) {
    case undefined:
      return say`signed in with key ${principal?.key}` ?? 'signed in';
    case 'client registered':
      return say`client registered: ${client}`;
    case 'login refused':
      return say`sign-in refused, for client ${client}`;
    case 'consent refused':
      return say`consent refused to client ${client}`;
    case 'consent':
      return say`consent given to client ${client}, scopes ${toNames(scopes).join(' ') || 'none'}`;
    default:
      // Said as it stands: whatever it is, it is not that somebody signed in.
      return undefined;
  }
}

/** The sentence, where every part of it is a text or a number. */
function say(texts: TemplateStringsArray, ...values: readonly unknown[]): string | undefined {
  const parts = values.map((value) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
  );
  if (parts.includes(undefined)) return undefined;
  return texts.map((text, index) => text + (parts[index] ?? '')).join('');
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** The texts of a list, or those in a member of the objects in it. */
function toNames(list: unknown, member?: string): string[] {
  if (!Array.isArray(list)) return [];
  const names = list.map((one) => (member === undefined ? one : memberOf(one, member)));
  return names.filter((name) => typeof name === 'string');
}

const MOST_NAMED = 5;

function toShortList(names: readonly string[]): string {
  const left = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (left > 0 ? ` and ${left} more` : '');
}

/** Members as `name=value`, digests by their beginning. */
function describeMembers(detail: Detail): string {
  return Object.entries(detail)
    .map(([name, value]) => `${visible(name)}=${toValueText(value)}`)
    .join(' ');
}

/** Text without spaces or quotes stands as it is. */
function toValueText(value: unknown): string {
  if (typeof value !== 'string') return visibleJson(value);
  if (/^sha256:[0-9a-f]{64}$/.test(value)) return `${value.slice(0, 19)}…`;
  return /^[^\s"'=\\\p{C}]+$/u.test(value) ? value : visibleJson(value);
}
