import type { SearchDocument } from '../document.ts';
import { isKubernetes, isUnstable, readRequest, type KubernetesRequest } from './kubernetes-request.ts';
import type { Pack, PackRule } from './pack.ts';

/**
 * Adds the packs' words to the documents that they are about. Pure; documents that no pack is about come back as they are, in the same
 * array where there are no others. Sources are told apart: what one of them offers never changes the words of another's.
 */
export function applyPacks(
  documents: readonly SearchDocument[],
  packs: readonly Pack[],
): readonly SearchDocument[] {
  if (packs.length === 0) return documents;
  const sources = new Set(documents.filter(isKubernetes).map(({ source }) => source));
  if (sources.size === 0) return documents;
  const rules = byTarget(packs);
  const cluster = surveyOf(documents.filter(({ source }) => sources.has(source)));
  return documents.map((document) => {
    if (!sources.has(document.source) || document.isDeprecated === true) return document;
    const added = wordsFor(document, rules, cluster);
    const known = new Set(document.hints);
    const fresh = added.filter((hint) => !known.has(hint));
    return fresh.length === 0 ? document : { ...document, hints: [...document.hints, ...fresh] };
  });
}

/** What has to be known of a source's other operations. */
interface Survey {
  /** `<source> <group> <resource>` of resources that live in namespaces, and of those that have a stable version. */
  readonly namespaced: ReadonlySet<string>;
  readonly stable: ReadonlySet<string>;
}

function surveyOf(documents: readonly SearchDocument[]): Survey {
  const namespaced = new Set<string>();
  const stable = new Set<string>();
  for (const document of documents) {
    const request = readRequest(document);
    if (request === undefined) continue;
    if (request.isInNamespace) namespaced.add(keyOf(document, request));
    if (!isUnstable(request.version)) stable.add(keyOf(document, request));
  }
  return { namespaced, stable };
}

function keyOf({ source }: SearchDocument, { group, resource }: KubernetesRequest): string {
  return `${source} ${group} ${resource}`;
}

/** Rules by each resource, or path, that they name. */
function byTarget(packs: readonly Pack[]): ReadonlyMap<string, readonly PackRule[]> {
  const found = new Map<string, PackRule[]>();
  for (const rule of packs.flatMap(({ rules }) => rules)) {
    for (const target of rule.resources ?? rule.paths ?? []) {
      found.set(target, [...(found.get(target) ?? []), rule]);
    }
  }
  return found;
}

function wordsFor(
  document: SearchDocument,
  rules: ReadonlyMap<string, readonly PackRule[]>,
  { namespaced, stable }: Survey,
): string[] {
  const request = readRequest(document);
  if (request === undefined) return pathRules(document, rules).flatMap(({ hints }) => hints);
  const { resource, group, version, verb, isInNamespace } = request;
  const key = keyOf(document, request);
  if (verb === 'watch' || (isUnstable(version) && stable.has(key))) return [];
  const general = resource.includes('/') ? [] : (rules.get('*') ?? []);
  const isEverywhere = !isInNamespace && namespaced.has(key);
  return [...(rules.get(resource) ?? []), ...general]
    .filter(({ verbs }) => verbs?.includes(verb) ?? true)
    .filter(({ groups }) => groups?.includes(group) ?? true)
    .filter(({ scope }) => scope === undefined || isEverywhere)
    .flatMap(({ hints }) => hints);
}

/** Of what is no resource: `/version`, and the lists of what an API group has. */
function pathRules(
  { path = '', method }: SearchDocument,
  rules: ReadonlyMap<string, readonly PackRule[]>,
): readonly PackRule[] {
  if (method !== undefined && method !== 'GET') return [];
  const plain = path.replace(/\/$/, '');
  const isVersion = /^\/apis\/[^/]+\/v[^/]+$/.test(plain);
  return rules.get(plain) ?? (isVersion ? (rules.get('/apis/*/*') ?? []) : []);
}
