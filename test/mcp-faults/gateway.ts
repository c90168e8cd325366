import { createFolder, startGateway } from '../support/gateway.ts';

/** All tools are open to callers of this machine: what is tested here is not policy. */
const POLICY = `
policy: open
rules:
  - { id: all, effect: permit, what: { tool: '*' } }
`;

/** A gateway in front of these sources; `state` is a file that outlives it. */
export function gatewayOf(sources: Record<string, object>, more: { state?: string; lock?: string } = {}) {
  const config = {
    server: { listen: '127.0.0.1:0' },
    identity: { local: { scopes: [] } },
    sources,
    ...(more.state === undefined ? {} : { state: { sqlite: more.state } }),
    ...(more.lock === undefined ? {} : { lock: 'bailiwick.lock' }),
  };
  return startGateway({
    'bailiwick.yaml': JSON.stringify(config),
    'policies/open.policy.yaml': POLICY,
    ...(more.lock === undefined ? {} : { 'bailiwick.lock': more.lock }),
  });
}

export { createFolder };
