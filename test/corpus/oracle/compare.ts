import type { HttpBinding, ParameterBinding } from '../../../src/catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';
import { buildRequest } from '../../../src/upstream/http/build-request.ts';
import { EXCLUSIONS } from '../exclusions.ts';
import { textOf, type Declaration } from './declaration.ts';
import { differences, normaliseRequest, type NormalRequest, type RawRequest } from './normalise.ts';
import { ORIGIN, type Oracle } from './swagger-client.ts';

/** One operation called by both sides with the same arguments. */
export interface Comparison {
  readonly declaration: Declaration;
  readonly binding: HttpBinding;
  readonly args: JsonObject;
  readonly ours: Side;
  readonly theirs: Side;
}

/** A request, or why there is none. */
export type Side =
  | { readonly request: NormalRequest; readonly raw: RawRequest }
  | { readonly refusal: string };

/** A member of the request that differs; `refusal`: one side makes no request. */
export type Member = keyof NormalRequest | 'refusal';

export interface Outcome {
  readonly members: readonly Member[];
  /** Ids of the classes that explain every differing member. Empty: equal, or not explained. */
  readonly classes: readonly string[];
  readonly ours: string;
  readonly theirs: string;
}

export async function compareRequests(
  declaration: Declaration,
  binding: HttpBinding,
  args: JsonObject,
  oracle: Oracle,
): Promise<Outcome> {
  const headers = new Set(
    binding.parameters.filter((one) => one.in === 'header').map((one) => one.name.toLowerCase()),
  );
  const ours = await attempt(() => {
    const base = { origin: ORIGIN, host: 'oracle.test', path: '', isPinned: true };
    return buildRequest(binding, args, base, []);
  }, headers);
  const theirs = await attempt(() => {
    const request = oracle(declaration, binding, args);
    return { ...request, body: request.body ?? null };
  }, headers);
  const members = differingMembers(ours, theirs);
  const comparison = { declaration, binding, args, ours, theirs };
  return { members, classes: explain(comparison, members), ours: show(ours), theirs: show(theirs) };
}

async function attempt(build: () => RawRequest, headers: ReadonlySet<string>): Promise<Side> {
  try {
    const raw = build();
    return { raw, request: await normaliseRequest(raw, headers) };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}

function differingMembers(ours: Side, theirs: Side): Member[] {
  if ('refusal' in ours || 'refusal' in theirs) return ['refusal'];
  return differences(ours.request, theirs.request);
}

function explain(comparison: Comparison, members: readonly Member[]): string[] {
  if (members.length === 0) return [];
  const applying = EXCLUSIONS.filter(
    ({ explains, applies }) => explains.some((member) => members.includes(member)) && applies(comparison),
  );
  const explained = new Set(applying.flatMap(({ explains }) => explains));
  return members.every((member) => explained.has(member)) ? applying.map(({ id }) => id) : [];
}

function show(side: Side): string {
  if ('refusal' in side) return `refused: ${side.refusal}`;
  const { method, url, headers } = side.raw;
  const { body } = side.request;
  const shown = Object.entries(headers).filter(
    ([name]) => !/^(?:accept|accept-encoding|user-agent)$/i.test(name),
  );
  const parts = [`${method} ${url}`, JSON.stringify(Object.fromEntries(shown))];
  if (body !== undefined) parts.push(JSON.stringify(body));
  return parts.join(' ');
}

/**
 * What the document declares and the tool has no place for, each a sentence. Headers that the specification ignores and
 * parameters that carry a credential belong to nobody.
 */
export function missingPlaces(
  declaration: Declaration,
  binding: HttpBinding,
  credentials: ReadonlySet<string>,
): string[] {
  const bound = new Set(binding.parameters.map((one) => placeOf(one.in, one.name)));
  const missing = declaration.parameters.flatMap((parameter): string[] => {
    const place = textOf(parameter['in']);
    const name = textOf(parameter['name']);
    if (!['path', 'query', 'header', 'cookie'].includes(place) || name === '') return [];
    const key = placeOf(place, name);
    if (bound.has(key) || credentials.has(key) || IGNORED.has(key)) return [];
    if (place === 'path' && !declaration.path.includes(`{${name}}`)) return [];
    // A variable in the query of a path is the query parameter that it stands for.
    const isInQuery = (one: ParameterBinding): boolean =>
      one.in === 'query' && declaration.path.includes(`${one.name}={${name}}`);
    if (place === 'path' && binding.parameters.some(isInQuery)) return [];
    return [`no argument for the ${place} parameter ${name}`];
  });
  return declaresBody(declaration) && binding.body === undefined
    ? [...missing, 'no argument for the body']
    : missing;
}

const IGNORED = new Set(['header accept', 'header content-type', 'header authorization']);

function placeOf(place: string, name: string): string {
  return `${place} ${place === 'header' ? name.toLowerCase() : name}`;
}

function declaresBody({ requestBody, parameters }: Declaration): boolean {
  const content = requestBody?.['content'];
  if (isJsonObject(content) && Object.keys(content).length > 0) return true;
  return parameters.some(({ in: place }) => place === 'body' || place === 'formData');
}

/** The places of `apiKey` schemes, in the form of `missingPlaces`. */
export function credentialPlaces(root: Json | undefined): Set<string> {
  const places = new Set<string>();
  if (!isJsonObject(root)) return places;
  const components = isJsonObject(root['components']) ? root['components'] : {};
  for (const schemes of [components['securitySchemes'], root['securityDefinitions']]) {
    for (const scheme of isJsonObject(schemes) ? Object.values(schemes) : []) {
      if (!isJsonObject(scheme) || scheme['type'] !== 'apiKey') continue;
      places.add(placeOf(textOf(scheme['in']), textOf(scheme['name'])));
    }
  }
  return places;
}
