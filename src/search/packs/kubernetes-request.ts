import type { KubernetesAttributes } from '../../catalog/tool.ts';

/** What a request asks of a Kubernetes API, in the words of its roles. */
export interface KubernetesRequest {
  /** `pods`, `pods/log`. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string;
  /** Whether the path names a namespace. */
  readonly isInNamespace: boolean;
}

/** The parts of an operation that tell what it asks. */
export interface Operation {
  readonly method?: string;
  readonly path?: string;
  readonly kubernetes?: KubernetesAttributes;
}

/** Group and version, then whether it is watched, the namespace, and what is left: resource, name, subresource. */
const PATH =
  /^\/(?:api\/(?<core>v[^/]+)|apis\/(?<group>[^/]+)\/(?<version>v[^/]+|\{version\}))\/(?<watch>watch\/)?(?<namespace>namespaces\/\{[^/]+\}\/(?!(?:status|finalize)\/?$))?(?<rest>.+?)\/?$/;

const VERBS: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/**
 * Reads an operation's request from its path, as the API server does (Kubernetes API Concepts, "Resource URIs"). `undefined`: it names
 * no resource.
 */
export function readRequest({
  method = '',
  path = '',
  kubernetes,
}: Operation): KubernetesRequest | undefined {
  const { core, group, version, watch, namespace, rest = '' } = PATH.exec(path)?.groups ?? {};
  const [plural = '', name, subresource] = rest.split('/');
  if (plural === '') return undefined;
  const isWatch = watch !== undefined || kubernetes?.action?.startsWith('watch') === true;
  return {
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    group: group ?? '',
    version: core ?? version ?? '',
    verb: isWatch ? 'watch' : verbOf(method.toUpperCase(), name !== undefined),
    isInNamespace: namespace !== undefined,
  };
}

function verbOf(method: string, isOne: boolean): string {
  if (method === 'GET') return isOne ? 'get' : 'list';
  if (method === 'DELETE') return isOne ? 'delete' : 'deletecollection';
  return VERBS[method] ?? method.toLowerCase();
}

/** Whether an operation can be of no other API: others have paths such as `/api/v1/users`, too. */
export function isKubernetes({ path = '', kubernetes }: Operation): boolean {
  return kubernetes !== undefined || SURE.test(path);
}

/** A namespace in the path, or a group with a domain. */
const SURE = /^\/(?:api\/v1|apis\/[^/]+\/v\d[^/]*)\/(?:watch\/)?namespaces\/\{|^\/apis\/[^/]+\.[^/]+\/v\d/;

/** A version whose API may still change: `v1alpha1`, `v2beta3`. */
export function isUnstable(version: string): boolean {
  return /alpha|beta/.test(version);
}
