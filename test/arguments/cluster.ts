import { hashKey } from '../../src/identity/static-keys.ts';
import { startApi, type Received } from '../support/gateway.ts';

/** An API with arguments worth deciding about. */
const DOCUMENT = `
openapi: 3.1.0
info: { title: Cluster, version: '1' }
paths:
  /namespaces/{namespace}/pods:
    get:
      operationId: list_pods
      parameters:
        - { name: namespace, in: path, required: true, schema: { type: string } }
        - { name: limit, in: query, schema: { type: integer } }
        - { name: page, in: query, schema: { type: string } }
      responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { items: { type: array } } } } } } }
  /scale:
    post:
      operationId: scale
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [metadata, replicas]
              properties:
                metadata: { type: object, required: [namespace], properties: { namespace: { type: string }, name: { type: string } } }
                replicas: { type: integer }
                dryRun: { type: boolean }
      responses: { '200': { description: ok, content: { application/json: { schema: { type: object } } } } }
  /secrets/{name}:
    get:
      operationId: read_secret
      parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
      responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { name: { type: string }, data: { type: object } } } } } } }
  /wipe:
    post: { operationId: wipe, responses: { '204': { description: gone } } }
`;

const POLICY = `
policy: cluster
rules:
  - { id: own, effect: permit, who: { scopes: [dev] }, what: { tool: list_pods }, when: 'args.namespace in ["team-a", "team-b"]' }
  - { id: few, effect: permit, who: { scopes: [dev] }, what: { tool: scale }, when: 'args.metadata.namespace == "team-a" && args.replicas <= 3' }
  - { id: night, effect: deny, what: { tool: scale }, when: 'now < timestamp("2026-11-20T08:00:00Z")' }
  - { id: not-here, effect: deny, what: { tool: list_pods }, when: 'call.endpoint == "/mcp/cluster" && args.namespace == "team-b"' }
  - { id: no-kube, effect: deny, what: { tool: read_secret }, when: 'args.name.startsWith("kube-")' }
  - { id: secrets, effect: permit, who: { scopes: [dev] }, what: { tool: read_secret }, obligations: { mask: [/data/*] } }
  - id: pinned
    effect: permit
    who: { scopes: [pinned] }
    what: { tool: list_pods }
    obligations: { set: { namespace: team-a }, defaults: { limit: 20 }, select: 'items[].{name: name}' }
`;

export const KEY_OF = { dev: 'bw_dev-key-canary-0001', pinned: 'bw_pinned-key-canary-0002' };

/** The files of a gateway before the API; more YAML may follow, and other policies take the place of these. */
export function clusterFiles(url: string, more = '', policy = POLICY): Record<string, string> {
  return {
    'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
identity:
  local: { scopes: [dev] }
  principals: { dev: { scopes: [dev] }, pinned: { scopes: [pinned] } }
  keys:
${Object.entries(KEY_OF)
  .map(([principal, key]) => `    - { principal: ${principal}, hash: '${hashKey(key)}' }`)
  .join('\n')}
sources: { cluster: { openapi: cluster.yaml, url: '${url}', select: true } }
audit: { arguments: full }
${more}`,
    'cluster.yaml': DOCUMENT,
    'policies/cluster.policy.yaml': policy,
  };
}

export { POLICY as CLUSTER_POLICY };

/** Answers lists in two pages, secrets, an error in JSON and one in words, and says what it was sent. */
export function startCluster() {
  return startApi((request, response) => {
    const { status = 200, body, location } = answer(request);
    const isText = typeof body === 'string';
    response.writeHead(status, {
      'content-type': isText ? 'text/plain' : 'application/json',
      ...(location !== undefined && { location }),
    });
    response.end(isText ? body : JSON.stringify(body));
  });
}

function answer({ url, body }: Received): { status?: number; body: unknown; location?: string } {
  if (url.startsWith('/namespaces/')) {
    const hasNext = !url.includes('page=');
    return {
      body: { items: [{ name: 'web', node: 'n-1' }], ...(hasNext && { next: `${url}&page=2` }) },
    };
  }
  if (url === '/secrets/missing') return { status: 404, body: { data: { hint: 'hunter2' }, why: 'gone' } };
  if (url === '/secrets/odd') return { status: 500, body: 'the password is hunter2' };
  if (url === '/secrets/moved') return { status: 302, body: {}, location: '/files?key=hunter2' };
  if (url === '/secrets/plain') return { body: 'hunter2' };
  if (url.startsWith('/secrets/'))
    return { body: { name: url.slice(9), data: { password: 'hunter2', port: 5432 } } };
  return { body: { sent: JSON.parse(body === '' ? 'null' : body) as unknown } };
}
