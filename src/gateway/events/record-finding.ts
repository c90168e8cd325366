import { recordPrincipal } from '../describe-call.ts';
import { toEndpointPath } from '../endpoint.ts';
import type { Finding } from '../facade.ts';
import type { Caller, Road } from '../road.ts';

/**
 * Records a search: a `list` record with `detail.list: 'found'`, what was asked in `args` (masked as arguments are), and what was told,
 * in its order, in `detail.found`. What was called afterwards is in the records of the calls.
 */
export async function recordFinding(
  road: Road,
  caller: Caller,
  call: string,
  finding: Finding,
): Promise<void> {
  const { principal, via, endpoint, snapshot } = caller;
  const path = toEndpointPath(endpoint);
  const args = snapshot.settings.recordArguments.of(finding.asked);
  const entry = {
    type: 'list',
    call,
    principal: recordPrincipal(principal),
    via: { ...via, endpoint: path },
    policy: snapshot.policy.digest,
    catalog: snapshot.catalog.digest,
    ...(args && { args }),
    detail: { list: 'found', endpoint: path, found: finding.found },
  } as const;
  await road.record(entry, { durable: false });
}
