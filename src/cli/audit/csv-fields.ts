import { toShown, type Call } from '../../audit/read/call.ts';
import type { AuditRecord } from '../../audit/record.ts';

/** A column of a CSV file: its heading, and its value of an item. */
export type Field<Item> = readonly [string, (item: Item) => unknown];

/** What calls and records have both. */
type Shared = Pick<
  AuditRecord,
  'call' | 'parent' | 'principal' | 'via' | 'target' | 'decision' | 'args' | 'result' | 'cost' | 'detail'
> & { readonly time: string; readonly chain: string; readonly seq: number };

const SHARED_FIELDS: readonly Field<Shared>[] = [
  ['issuer', ({ principal }) => principal?.issuer],
  ['subject', ({ principal }) => principal?.subject],
  ['team', ({ principal }) => principal?.team],
  ['client', ({ principal }) => principal?.client],
  ['key', ({ principal }) => principal?.key],
  ['face', ({ via }) => via?.face],
  ['endpoint', ({ via }) => via?.endpoint],
  ['session', ({ via }) => via?.session],
  ['client_name', ({ via }) => via?.clientName],
  ['client_version', ({ via }) => via?.clientVersion],
  ['ip', ({ via }) => via?.ip],
  ['trace', ({ via }) => via?.trace],
  ['kind', ({ target }) => target?.kind],
  ['source', ({ target }) => target?.source],
  ['name', ({ target }) => target?.name],
  ['shown', ({ target }) => toShown(target)],
  ['access', ({ target }) => target?.access],
  ['effect', ({ decision }) => decision?.effect],
  ['rules', ({ decision }) => decision?.rules.join(' ')],
  ['reason', ({ decision }) => decision?.reason],
  ['status', ({ result }) => result?.status],
  ['code', ({ result }) => result?.code],
  ['ms', ({ result }) => result?.ms],
  ['bytes', ({ result }) => result?.bytes],
  ['nano_usd', ({ cost }) => cost?.nanoUsd],
  ['input_tokens', ({ cost }) => cost?.inputTokens],
  ['output_tokens', ({ cost }) => cost?.outputTokens],
  ['args_digest', ({ args }) => args?.digest],
  ['args', ({ args }) => args?.full ?? args?.masked],
  ['detail', ({ detail }) => detail],
];

export const CALL_FIELDS: readonly Field<Call>[] = [
  ['time', ({ time }) => time],
  ['ended', ({ outcome }) => outcome?.time],
  ['chain', ({ chain }) => chain],
  ['seq', ({ seq }) => seq],
  ['call', ({ call }) => call],
  ['parent', ({ parent }) => parent],
  ['refused', ({ refused }) => refused],
  ...SHARED_FIELDS,
];

export const RECORD_FIELDS: readonly Field<AuditRecord>[] = [
  ['time', ({ time }) => time],
  ['chain', ({ chain }) => chain],
  ['seq', ({ seq }) => seq],
  ['type', ({ type }) => type],
  ['call', ({ call }) => call],
  ['parent', ({ parent }) => parent],
  ...SHARED_FIELDS,
  ['policy', ({ policy }) => policy],
  ['catalog', ({ catalog }) => catalog],
  ['prev', ({ prev }) => prev],
  ['hash', ({ hash }) => hash],
];
