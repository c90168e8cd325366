import type { SearchDocument } from '../document.ts';
import type { Action } from './actions.ts';
import { PRIORS } from './constants.ts';
import type { Language } from './language.ts';
import { staticSegments } from './resource.ts';

const KUBERNETES: Record<string, Action> = {
  list: 'list',
  get: 'read',
  post: 'create',
  put: 'update',
  patch: 'update',
  delete: 'delete',
  deletecollection: 'delete',
  watch: 'watch',
  watchlist: 'watch',
  connect: 'connect',
};

const METHODS: Record<string, Action> = { POST: 'create', PUT: 'update', PATCH: 'update', DELETE: 'delete' };

/** What an entry does to things, by its shape where it has one, by its name otherwise; undefined: no telling. */
export function actionsOf(document: SearchDocument, language: Language): readonly Action[] {
  const { kind, name, method, path = '', kubernetes } = document;
  if (kind === 'resource' || kind === 'template') return ['read'];
  const action = KUBERNETES[kubernetes?.action?.toLowerCase() ?? ''] ?? METHODS[method ?? ''];
  if (action) return [action];
  if (method === 'GET' || method === 'HEAD') return [path.endsWith('}') ? 'read' : 'list'];
  const [first] = language.terms(name);
  return (first !== undefined && language.classesOf(first)) || [];
}

/** How likely an entry is meant at all, at most 1: what is deprecated, unstable or a side road comes after what is not. */
export function priorOf({ path = '', kubernetes, isDeprecated }: SearchDocument): number {
  let prior = 1;
  if (isDeprecated === true) prior *= PRIORS.deprecated;
  const segments = staticSegments(path);
  if (segments.some((segment) => /^v\d+alpha\d*$/i.test(segment))) prior *= PRIORS.alpha;
  if (segments.some((segment) => /^v\d+beta\d*$/i.test(segment))) prior *= PRIORS.beta;
  if (segments.includes('watch')) prior *= PRIORS.watch;
  if (path.endsWith('/status')) prior *= PRIORS.status;
  if (kubernetes?.action === 'deletecollection') prior *= PRIORS.collectionDeletion;
  return prior;
}
