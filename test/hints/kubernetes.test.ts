import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SearchDocument } from '../../src/search/document.ts';
import { applyPacks } from '../../src/search/packs/apply-packs.ts';
import { readRequest } from '../../src/search/packs/kubernetes-request.ts';
import { loadPack } from '../../src/search/packs/pack.ts';
import { createFolder } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';

const PACK = loadPack('kubernetes');

function operation(label: string, more: Partial<SearchDocument> = {}): SearchDocument {
  const [method = '', path = ''] = label.split(' ');
  const source = more.source ?? 'cluster';
  const key = `tool ${source}/${label}`;
  return {
    key,
    kind: 'tool',
    source,
    name: label,
    description: '',
    method,
    path,
    parameterNames: [],
    parameterTexts: [],
    hints: [],
    ...more,
  };
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/{namespace}/deployments';
const NODE = operation('PATCH /api/v1/nodes/{name}', { kubernetes: { action: 'patch', kind: 'Node' } });

function hintsOf(label: string, others: readonly SearchDocument[] = [NODE]): string {
  const [first] = applyPacks([operation(label), ...others], [PACK]);
  return first?.hints.join('; ') ?? '';
}

test.each([
  [`PATCH ${DEPLOYMENTS}/{name}`, /rollout restart.*roll back/],
  [`PATCH ${DEPLOYMENTS}/{name}/scale`, /kubectl scale/],
  ['PATCH /api/v1/nodes/{name}', /cordon.*drain.*taint/],
  ['POST /api/v1/namespaces/{namespace}/pods', /kubectl run/],
  ['GET /api/v1/namespaces/{namespace}/pods/{name}/log', /kubectl logs/],
  ['POST /api/v1/namespaces/{namespace}/pods/{name}/exec', /kubectl exec/],
  ['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', /can-i/],
  ['PUT /apis/certificates.k8s.io/v1/certificatesigningrequests/{name}/approval', /approve/],
  ['GET /version/', /server version/],
  ['GET /apis/apps/v1/', /api-resources/],
  ['DELETE /api/v1/namespaces/{name}', /\bns\b.*kubectl delete/],
])('%s is found by the words of kubectl', (label, words) => {
  expect(hintsOf(label)).toMatch(words);
});

test.each([
  ['a watch path', 'GET /api/v1/watch/namespaces/{namespace}/pods'],
  ['a subresource that nobody asks for', `PUT ${DEPLOYMENTS}/{name}/status`],
])('%s has no hints', (_what, label) => {
  expect(hintsOf(label)).toBe('');
});

test('an unstable version has hints where there is no stable one', () => {
  const beta = 'GET /apis/networking.k8s.io/v1beta1/servicecidrs';
  const stable = operation('GET /apis/networking.k8s.io/v1/servicecidrs');
  expect(hintsOf(beta, [stable])).toBe('');
  expect(hintsOf(beta)).toMatch(/address range/);
});

test('a list across all namespaces is told from one in a namespace', () => {
  const inOne = operation('GET /api/v1/namespaces/{namespace}/pods');
  expect(hintsOf('GET /api/v1/pods', [inOne])).toMatch(/all namespaces/);
  expect(hintsOf('GET /api/v1/namespaces/{namespace}/pods')).not.toMatch(/all namespaces/);
  expect(hintsOf('GET /api/v1/nodes', [inOne])).not.toMatch(/all namespaces/);
});

test('another API has no words of Kubernetes, even beside one and with the same paths', () => {
  const others = ['GET /api/v1/nodes', 'GET /api/v1/events', 'GET /version'].map((label) =>
    operation(label, { source: 'other' }),
  );
  expect(applyPacks([...others, NODE], [PACK]).slice(0, 3)).toEqual(others);
  expect(applyPacks(others, [PACK])).toBe(others);
});

test('hints of the operation itself come first, and none comes twice', () => {
  const own = operation('PATCH /api/v1/nodes/{name}', { hints: ['replace the battery', 'uncordon'] });
  const [given] = applyPacks([{ ...own, kubernetes: {} }], [PACK]);
  expect(given?.hints.slice(0, 2)).toEqual(['replace the battery', 'uncordon']);
  expect(new Set(given?.hints).size).toBe(given?.hints.length);
});

test('no rule of the pack is longer than people read, and every word is plain', () => {
  for (const { hints } of PACK.rules) {
    for (const hint of hints) expect(hint).toMatch(/^[A-Za-z0-9][A-Za-z0-9 ,.'-]{0,90}$/);
  }
});

test('any path is read without a fault', () => {
  const part = fc.constantFrom(
    'api',
    'apis',
    'v1',
    'watch',
    'namespaces',
    '{a}',
    'pods',
    '',
    'constructor',
    '%',
  );
  const path = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 12 }).map((parts) => `/${parts.join('/')}`),
  );
  fc.assert(
    fc.property(path, fc.string(), (at, method) => {
      readRequest({ path: at, method });
      applyPacks([{ ...NODE, path: at, method }], [PACK]);
    }),
  );
});

const CONFIG = `
sources: { cluster: { openapi: cluster.yaml } }
identity: { local: { scopes: [] } }
`;

test('the pack is used unless the configuration names others, and for a document without extensions, too', async () => {
  const operations = ['nodes/{name}', 'namespaces/{namespace}/pods'].map(
    (at) => `  /api/v1/${at}: { patch: { operationId: "${at}", responses: { '200': { description: ok } } } }`,
  );
  const document = `openapi: 3.1.0\ninfo: { title: Cluster, version: '1' }\npaths:\n${operations.join('\n')}\n`;
  await using workspace = await createFolder({
    'bailiwick.yaml': CONFIG,
    'cluster.yaml': document,
    'policies/all.policy.yaml':
      'policy: all\nrules: [{ id: all, effect: permit, what: { source: cluster } }]\n',
  });
  const find = () => runWith(workspace.folder, ['find', 'uncordon', '--json']);
  expect((await find()).out).toContain('cluster_nodes__name_');
  await workspace.write('bailiwick.yaml', `${CONFIG}search: { packs: [] }\n`);
  expect((await find()).out).not.toContain('cluster_nodes');
});
