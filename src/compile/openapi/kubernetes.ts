import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { KubernetesAttributes } from '../../catalog/tool.ts';

/**
 * What a document of a Kubernetes API says of an operation: the extensions `x-kubernetes-action` and
 * `x-kubernetes-group-version-kind`. What could be no such name is ignored; `undefined`: it says nothing.
 */
export function readKubernetes(operation: JsonObject): KubernetesAttributes | undefined {
  const declared = operation['x-kubernetes-group-version-kind'];
  const { group, version, kind } = isJsonObject(declared) ? declared : {};
  const found: KubernetesAttributes = {
    ...member('action', operation['x-kubernetes-action']),
    ...(group === '' ? { group } : member('group', group)),
    ...member('version', version),
    ...member('kind', kind),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

function member<Key extends string>(key: Key, value: Json | undefined): { [K in Key]?: string } {
  return typeof value === 'string' && NAME.test(value) ? ({ [key]: value } as { [K in Key]: string }) : {};
}

/** A DNS subdomain (RFC 1123), or a kind. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;
