import type { ReadRecord } from '../../audit/read/cursor.ts';
import type { CallTree } from '../../audit/read/find-call.ts';
import type { Call } from '../../audit/read/call.ts';
import type { AuditRecord } from '../../audit/record.ts';
import { paint } from '../terminal.ts';
import {
  describeCost,
  describeMilliseconds,
  describeRules,
  describeShadow,
  describeStatus,
  describeWhat,
  styleOfStatus,
} from './describe.ts';
import { pad, visible, visibleJson } from './safe-text.ts';

interface TreeOptions {
  /** Of each record, why it is not as it was written; absent where nobody asked. */
  readonly checks: ReadonlyMap<ReadRecord, string | undefined> | undefined;
  /** Whether the process of the call still writes its chain. */
  readonly isRunning: boolean;
}

const NAME_COLUMNS = 11;

/** A call in full, and those that it made as a tree. */
export function describeTree(tree: CallTree, options: TreeOptions): string {
  const { call } = tree;
  const head = call
    ? describeCall(call, options)
    : [`${paint('bold', visible(tree.id))}  the call itself is not on record; it made these:`];
  return [
    ...head,
    ...describeRecords(tree, options),
    ...(tree.children.length > 0 ? ['', row('calls made', '').trimEnd()] : []),
    ...describeChildren(tree.children, '  '),
  ].join('\n');
}

/** One record, as it is, with its place. */
export function describeRecord(read: ReadRecord, check: { why: string | undefined } | undefined): string {
  const { record, file } = read;
  const lines = [
    paint('bold', visible(`${record.chain}:${record.seq}`)),
    row('file', visible(file)),
    ...(check ? [row('hash', describeCheck(check.why))] : []),
    ...Object.entries(record)
      .filter(([name]) => name !== 'chain' && name !== 'seq')
      .map(([name, value]) =>
        row(visible(name), typeof value === 'string' ? visible(value) : visibleJson(value)),
      ),
    ...(record.call === undefined
      ? []
      : ['', `The whole call: bailiwick audit show ${visible(record.call)}`]),
  ];
  return lines.join('\n');
}

function describeCall(call: Call, { isRunning }: TreeOptions): string[] {
  const { principal, via, target, decision, args, result, cost, outcome } = call;
  const status = describeStatus(call);
  return [
    [paint('bold', describeWhat(call)), paint(styleOfStatus(result.status), status)].join('  '),
    row('call', visible(call.call ?? '')),
    ...optional('made by', call.parent && visible(call.parent)),
    row('began', call.time),
    row('ended', outcome ? toEnd(outcome.time, call) : toNoEnd(call, isRunning)),
    ...optional('principal', principal && describePrincipal(principal)),
    ...optional('via', via && describeVia(via)),
    ...optional(
      'target',
      target && visible([target.kind, join('/', target.source, target.name), target.access].join('  ')),
    ),
    ...optional('decision', decision && `${visible(decision.effect)}  ${describeRules(call)}`),
    ...optional('shadow', describeShadow(call)),
    ...optional('policy', call.policy && visible(call.policy)),
    ...optional('catalog', call.catalog && visible(call.catalog)),
    ...optional('arguments', args && describeArgumentsInFull(args)),
    ...optional('result', describeResult(result)),
    ...optional('cost', describeCost(cost)),
    ...optional('detail', call.detail && visibleJson(call.detail)),
  ];
}

function toEnd(time: string, { result }: Call): string {
  return [time, describeMilliseconds(result.ms)].join('  ').trimEnd();
}

function toNoEnd(call: Call, isRunning: boolean): string {
  if (call.refused) return 'refused before it began: nothing was sent';
  return isRunning
    ? 'no outcome is on record so far: the process that made it still runs'
    : 'no outcome is on record: the process that made it ended before it could be written';
}

function describePrincipal(principal: NonNullable<AuditRecord['principal']>): string {
  const { issuer, subject, team, groups, scopes, client, key, act } = principal;
  return [
    visible(subject),
    `issuer ${visible(issuer)}`,
    ...(team === undefined ? [] : [`team ${visible(team)}`]),
    ...(groups.length > 0 ? [`groups ${visible(groups.join(', '))}`] : []),
    ...(scopes.length > 0 ? [`scopes ${visible(scopes.join(', '))}`] : []),
    ...(client === undefined ? [] : [`client ${visible(client)}`]),
    ...(key === undefined ? [] : [`key ${visible(key)}`]),
    ...(act === undefined ? [] : [`on behalf: ${visibleJson(act)}`]),
  ].join('; ');
}

function describeVia(via: NonNullable<AuditRecord['via']>): string {
  const { face, era, endpoint, session, clientName, clientVersion, ip, trace, span } = via;
  return [
    visible(join(' ', face, era)),
    ...(endpoint === undefined ? [] : [visible(endpoint)]),
    ...(clientName === undefined ? [] : [visible(join(' ', clientName, clientVersion))]),
    ...(ip === undefined ? [] : [visible(ip)]),
    ...(session === undefined ? [] : [`session ${visible(session)}`]),
    ...(trace === undefined ? [] : [`trace ${visible(trace)}`]),
    ...(span === undefined ? [] : [`span ${visible(span)}`]),
  ].join('; ');
}

function describeArgumentsInFull({ digest, masked, full }: NonNullable<AuditRecord['args']>): string {
  const recorded = full ?? masked;
  const note = recorded === undefined ? ' (only their digest is recorded)' : '';
  return `${recorded === undefined ? '' : `${visibleJson(recorded)}\n${row('', '')}`}${visible(digest)}${note}`;
}

function describeResult(result: Call['result']): string {
  const { status, code, bytes, digest, upstreamId } = result;
  return [
    visible(join(' ', status, code === undefined ? undefined : String(code))),
    ...(bytes === undefined ? [] : [`${bytes} bytes`]),
    ...(digest === undefined ? [] : [visible(digest)]),
    ...(upstreamId === undefined ? [] : [`upstream's id ${visible(upstreamId)}`]),
  ].join('; ');
}

function describeRecords({ records }: CallTree, { checks }: TreeOptions): string[] {
  return records.map((read, index) => {
    const { record } = read;
    const check = checks ? `  ${describeCheck(checks.get(read))}` : '';
    const place = `${record.chain}:${record.seq}  ${record.type}  ${record.hash}`;
    return row(index === 0 ? 'records' : '', visible(place) + check);
  });
}

function describeCheck(why: string | undefined): string {
  return why === undefined
    ? paint('green', 'as it was written')
    : paint('red', `NOT AS IT WAS WRITTEN: ${visible(why)}`);
}

function describeChildren(children: readonly CallTree[], indent: string): string[] {
  return children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    const { call } = child;
    const parts = call
      ? [
          call.time,
          describeWhat(call),
          describeStatus(call),
          describeMilliseconds(call.result.ms),
          describeCost(call.cost),
          call.refused ? describeRules(call) : '',
        ]
      : [];
    const line = [...parts, visible(child.id)].filter((part) => part !== '').join('  ');
    return [
      `${indent}${isLast ? '└─' : '├─'} ${line}`,
      ...describeChildren(child.children, `${indent}${isLast ? '   ' : '│  '}`),
    ];
  });
}

function row(name: string, text: string): string {
  return `  ${pad(name, NAME_COLUMNS)}${text}`;
}

function optional(name: string, text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : [row(name, text)];
}

function join(separator: string, ...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(separator);
}
