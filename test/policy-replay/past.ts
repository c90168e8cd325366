import { digestOf } from '../../src/catalog/canonical.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { RecordEntry } from '../../src/audit/record.ts';
import type { Timed } from '../audit-read/support.ts';
import { REPOSITORY } from '../support/gateway.ts';

/** A configuration with the help desk, two principals, and a record in `audit/`. */
export const CONFIG = `
sources:
  helpdesk: { openapi: ${REPOSITORY}specs/helpdesk.yaml, url: http://127.0.0.1:9 }
identity:
  principals:
    ada: { groups: [agents], claims: { limit: 5000 } }
    lead: { groups: [leads] }
audit: { dir: audit }
`;

/** What is recorded of one call; `decision` defaults to a permit by the rule `desk/refunds`. */
export interface Recorded {
  readonly call: string;
  readonly at: number;
  readonly name?: string;
  readonly subject?: string;
  readonly issuer?: string;
  readonly groups?: readonly string[];
  readonly team?: string;
  /** Of the call; records of earlier versions have none. */
  readonly endpoint?: string;
  readonly scopes?: readonly string[];
  readonly args?: JsonObject;
  readonly kept?: 'full' | 'masked' | 'digest';
  readonly masked?: JsonObject;
  readonly decision?: RecordEntry['decision'];
  readonly code?: string;
  readonly target?: RecordEntry['target'];
}

const ACCESS: Readonly<Record<string, 'read' | 'write' | 'destructive'>> = {
  list_tickets: 'read',
  get_ticket: 'read',
  create_refund: 'write',
  delete_ticket: 'destructive',
};

/** A record's entry about a call: an intent, or where it was refused a refusal. */
export function recorded({
  call,
  at,
  name = 'create_refund',
  subject = 'ada',
  issuer = 'config',
  groups = ['agents'],
  scopes = [],
  team,
  endpoint,
  args = {},
  kept = 'full',
  masked,
  decision = { effect: 'permit', rules: ['desk/refunds'] },
  code,
  target,
}: Recorded): Timed {
  const refusal =
    code ?? { permit: undefined, approve: 'APPROVAL_REQUIRED', deny: 'POLICY_DENIED' }[decision.effect];
  return {
    type: refusal === undefined ? 'call.intent' : 'call.refused',
    call,
    at,
    principal: { issuer, subject, groups, scopes, ...(team !== undefined && { team }) },
    via: {
      face: 'http',
      era: 'modern',
      clientName: 'claude-code',
      ...(endpoint !== undefined && { endpoint }),
    },
    target: target ?? { kind: 'tool', source: 'helpdesk', name, access: ACCESS[name] ?? 'write' },
    decision,
    args: {
      digest: digestOf(args),
      ...(kept === 'full' && { full: args }),
      ...(kept === 'masked' && { masked: masked ?? args }),
    },
    ...(refusal !== undefined && { result: { status: 'refused', code: refusal } }),
  };
}
