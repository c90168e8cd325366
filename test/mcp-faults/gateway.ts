import { startGateway } from '../support/gateway.ts';

/** All tools are open to callers of this machine: what is tested here is not policy. */
const POLICY = `
policy: open
rules:
  - { id: all, effect: permit, what: { tool: '*' } }
`;

interface More {
  /** A file that outlives the gateway. */
  readonly state?: string;
  /** A lock is in force that has reviewed nothing. */
  readonly isLocked?: boolean;
}

export function configOf(sources: Record<string, object>, more: More = {}): string {
  return JSON.stringify({
    server: { listen: '127.0.0.1:0' },
    identity: { local: { scopes: [] } },
    sources,
    ...(more.state === undefined ? {} : { state: { sqlite: more.state } }),
    ...(more.isLocked ? { lock: 'bailiwick.lock' } : {}),
  });
}

/** A gateway in front of these sources. */
export function gatewayOf(sources: Record<string, object>, more: More = {}) {
  return startGateway({
    'bailiwick.yaml': configOf(sources, more),
    'policies/open.policy.yaml': POLICY,
  });
}
