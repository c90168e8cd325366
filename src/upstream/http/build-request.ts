import type { HttpBinding, ParameterBinding } from '../../catalog/binding.ts';
import type { Json, JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { BaseUrl } from './base-url.ts';
import { completeArguments } from './complete-arguments.ts';
import { isHeaderText, toHeaderValue } from './header-parameters.ts';
import { invalidArgument } from './invalid-argument.ts';
import { isForeignName } from './foreign-name.ts';
import { isForm, toContentText } from './content-text.ts';
import { argumentOf } from './parameter-value.ts';
import { buildPath } from './path-parameters.ts';
import { toCookiePairs } from './cookie-parameters.ts';
import { encodeReserved, encodeStrict } from './percent-encoding.ts';
import { buildBody } from './request-body.ts';
import type { Attachment } from './security.ts';
import { toStyledPairs, type WirePair } from './styled-pairs.ts';

/** A request, complete but for what the connection adds (`Host`, `Content-Length`, `Connection`). */
export interface HttpRequest {
  readonly method: string;
  /** Begins with the base's origin, whatever the arguments are. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
}

/**
 * The request that a call's arguments make. Pure: calls and plans share it, so a plan shows what a call sends.
 *
 * Styles follow the table of OpenAPI 3.1.1 "Style Examples" and RFC 6570. Absent and `null` parameters are left out,
 * empty and false ones are kept.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` with `data.pointer` for an argument that cannot be sent unchanged or that
 *   would reach for another argument's, the route's or a credential's place.
 */
export function buildRequest(
  binding: HttpBinding,
  given: JsonObject,
  base: BaseUrl,
  attachments: readonly Attachment[],
): HttpRequest {
  const args = completeArguments(binding, given);
  const path = buildPath(binding.path, binding.parameters, args);
  const query = buildQuery(binding, args, attachments);
  const body = buildBody(binding.body, args);
  const headers = buildHeaders(binding, args, attachments);
  if (body !== null) setHeader(headers, 'content-type', body.mediaType);
  return {
    method: binding.method,
    url: `${base.origin}${base.path}${path}${query === '' ? '' : `?${query}`}`,
    headers,
    body: body === null ? null : body.content,
  };
}

function buildQuery(binding: HttpBinding, args: JsonObject, attachments: readonly Attachment[]): string {
  const fixed = binding.fixedQuery.map(([name, value]) => ({ name, value: encodeStrict(value) }));
  const taken = [...binding.fixedQuery.map(([name]) => name), ...namesOf(attachments, 'query')];
  const given = collectPairs(binding, 'query', args, taken, toQueryPairs);
  const declared = binding.parameters.filter((one) => one.in === 'query').map((one) => one.name);
  const whole = wholeQuery(binding, args, [...taken, ...declared]);
  return [...[...fixed, ...given].map(toWire), ...whole, ...pairsOf(attachments, 'query').map(toWire)].join(
    '&',
  );
}

function toQueryPairs(parameter: ParameterBinding, value: Json): WirePair[] {
  const { name, argument, mediaType } = parameter;
  if (mediaType !== undefined) {
    return [{ name, value: encodeStrict(toContentText(value, mediaType, argument)) }];
  }
  return toStyledPairs(parameter, value, parameter.allowReserved ? encodeReserved : encodeStrict);
}

/** OpenAPI 3.2 `querystring`: a form is a query as it is, anything else is percent-encoded as one text. */
function wholeQuery(binding: HttpBinding, args: JsonObject, taken: readonly string[]): string[] {
  const foreign = new Set(taken.map((name) => name.toLowerCase()));
  return binding.parameters
    .filter((parameter) => parameter.in === 'querystring')
    .flatMap(({ argument, mediaType = 'application/x-www-form-urlencoded' }) => {
      const value = argumentOf(args, argument);
      if (value === undefined) return [];
      const text = toContentText(value, mediaType, argument);
      if (!isForm(mediaType)) return text === '' ? [] : [encodeStrict(text)];
      for (const name of new URLSearchParams(text).keys()) {
        if (isForeignName(name, '', foreign)) {
          throw invalidArgument(argument, `would set query parameter "${name}", which is not its own`);
        }
      }
      return text === '' ? [] : [encodeLoose(text)];
    });
}

/** A form that a caller wrote as text, without what would end the query, and `;`, at which some servers part it too. */
function encodeLoose(text: string): string {
  return text.replace(/[^\x21-\x7E]|[#;"<>\\^`{|}]/gu, encodeStrict);
}

/** RFC 6265 §4.2.1: pairs are separated by `; `, those of an exploded value too (OpenAPI 3.1.1 Appendix D). */
function buildCookie(binding: HttpBinding, args: JsonObject, attachments: readonly Attachment[]): string {
  const given = collectPairs(binding, 'cookie', args, namesOf(attachments, 'cookie'), toCookiePairs);
  return [...given, ...pairsOf(attachments, 'cookie')].map(toWire).join('; ');
}

/**
 * The pairs of all parameters in one place.
 *
 * The keys of an exploded object become names, so an argument could otherwise pass for another parameter (which policy
 * looked at under its own name), for the fixed query that selects the operation, or for a credential. Names are
 * compared without case, because many servers do.
 */
function collectPairs(
  binding: HttpBinding,
  place: 'query' | 'cookie',
  args: JsonObject,
  taken: readonly string[],
  toPairs: (parameter: ParameterBinding, value: Json) => WirePair[],
): WirePair[] {
  const parameters = binding.parameters.filter((parameter) => parameter.in === place);
  const foreign = new Set(taken.map((name) => name.toLowerCase()));
  const others = new Set([...foreign, ...parameters.map((parameter) => parameter.name.toLowerCase())]);
  return parameters.flatMap((parameter) => {
    const value = argumentOf(args, parameter.argument);
    if (value === undefined) return [];
    const pairs = toPairs(parameter, value);
    for (const { name } of pairs) {
      if (foreign.has(name.toLowerCase()) || isForeignName(name, parameter.name, others)) {
        throw invalidArgument(
          parameter.argument,
          `would set ${place} parameter "${name}", which is not its own`,
        );
      }
    }
    return pairs;
  });
}

function buildHeaders(
  binding: HttpBinding,
  args: JsonObject,
  attachments: readonly Attachment[],
): Record<string, string> {
  const headers: Record<string, string> = {};
  setHeader(headers, 'accept', binding.accepts.join(', ') || '*/*');
  setHeader(headers, 'accept-encoding', 'gzip, br');
  setHeader(headers, 'user-agent', 'bailiwick');
  const taken = new Set(namesOf(attachments, 'header').map((name) => name.toLowerCase()));
  for (const parameter of binding.parameters) {
    if (parameter.in !== 'header') continue;
    const value = argumentOf(args, parameter.argument);
    const text = value === undefined ? undefined : toHeaderValue(parameter, value);
    if (text === undefined) continue;
    if (taken.has(parameter.name.toLowerCase())) {
      throw invalidArgument(
        parameter.argument,
        `the header ${parameter.name} belongs to the configured credential`,
      );
    }
    setHeader(headers, parameter.name, text);
  }
  const cookie = buildCookie(binding, args, attachments);
  if (cookie !== '') setHeader(headers, 'cookie', cookie);
  for (const { in: place, name, prefix, secret } of attachments) {
    if (place === 'header') setHeader(headers, name, `${prefix}${secret}`);
  }
  return headers;
}

/** Names and media types come from the document, so they are not trusted either. */
function setHeader(headers: Record<string, string>, name: string, value: string): void {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || !isHeaderText(value)) {
    throw new BailiwickError(
      'CONFIGURATION',
      `header ${JSON.stringify(name)}: its name or its value cannot be sent over HTTP`,
    );
  }
  headers[name.toLowerCase()] = value;
}

function namesOf(attachments: readonly Attachment[], place: Attachment['in']): string[] {
  return attachments.filter((one) => one.in === place).map((one) => one.name);
}

function pairsOf(attachments: readonly Attachment[], place: Attachment['in']): WirePair[] {
  return attachments
    .filter((one) => one.in === place)
    .map((one) => ({ name: one.name, value: `${one.prefix}${one.secret}` }));
}

function toWire({ name, value, isVerbatim = false }: WirePair): string {
  return `${isVerbatim ? name : encodeStrict(name)}=${value}`;
}
