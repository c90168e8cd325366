import type { SecurityScheme } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Operation } from './operations.ts';
import { lookUp } from './pointer.ts';
import { SkipOperation, type ReportLoss } from './reasons.ts';
import type { References } from './references.ts';
import { sortedEntries } from './schemas/data.ts';

/** What an operation asks for: schemes and scopes, each as alternatives (OR) of conjunctions (AND). */
export interface Security {
  readonly schemes: readonly (readonly SecurityScheme[])[];
  readonly scopes: readonly (readonly string[])[];
}

/** The document's security schemes, by their key. */
export type SecuritySchemes = ReadonlyMap<string, SecurityScheme>;

/** Reads the security schemes that stand at `section`. A scheme that cannot be read is of type `unknown`. */
export function readSecuritySchemes(
  root: JsonObject,
  section: readonly string[],
  references: References,
): SecuritySchemes {
  const { value: declared, left } = lookUp(root, section);
  if (left.length > 0 || !isJsonObject(declared)) return new Map();
  return new Map(
    sortedEntries(declared).map(([name, scheme]) => [name, readScheme(name, scheme, references)]),
  );
}

/**
 * The security of an operation: its own requirements where it has any, else the document's. An empty requirement (`{}`)
 * is an alternative that asks for nothing.
 */
export function readSecurity(
  operation: Operation,
  { root, schemes, reportLoss }: { root: JsonObject; schemes: SecuritySchemes; reportLoss: ReportLoss },
): Security {
  const declared = operation.operation['security'] ?? root['security'] ?? [];
  if (!Array.isArray(declared)) {
    reportLoss('unusable-security', 'the security requirements are not a list');
    return { schemes: [], scopes: [] };
  }
  const requirements = declared.filter((requirement) => {
    if (!isJsonObject(requirement))
      reportLoss('unusable-security', 'a security requirement is not an object');
    return isJsonObject(requirement);
  });
  const scopes = distinct(requirements.map((requirement) => scopesOf(requirement, schemes)));
  return {
    schemes: distinct(requirements.map((requirement) => schemesOf(requirement, schemes))),
    scopes: scopes.every((conjunction) => conjunction.length === 0) ? [] : scopes,
  };
}

/** True when a scheme of the document carries its key in this parameter. */
export function isCredentialParameter(schemes: SecuritySchemes, location: string, name: string): boolean {
  return schemes.values().some((scheme) => {
    if (scheme.type !== 'apiKey' || scheme.in !== location) return false;
    return location === 'header'
      ? scheme.parameter.toLowerCase() === name.toLowerCase()
      : scheme.parameter === name;
  });
}

function schemesOf(requirement: JsonObject, schemes: SecuritySchemes): SecurityScheme[] {
  return sortedEntries(requirement).map(([name, wanted]) => {
    const scheme = schemes.get(name) ?? { name, type: 'unknown' };
    if (scheme.type !== 'oauth2' && scheme.type !== 'openIdConnect') return scheme;
    const scopes = textsOf(wanted);
    return scopes.length === 0 ? scheme : { ...scheme, scopes };
  });
}

/** The distinct texts of a list, sorted. */
function textsOf(value: Json): string[] {
  const texts = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  return [...new Set(texts)].toSorted();
}

/** Scopes are those of OAuth 2 and OpenID Connect; what OpenAPI 3.1 lists for other types are roles. */
function scopesOf(requirement: JsonObject, schemes: SecuritySchemes): string[] {
  const scopes = Object.entries(requirement).flatMap(([name, wanted]) => {
    const type = schemes.get(name)?.type;
    return type === 'oauth2' || type === 'openIdConnect' ? textsOf(wanted) : [];
  });
  return [...new Set(scopes)].toSorted();
}

function readScheme(name: string, declared: Json, references: References): SecurityScheme {
  const scheme = followOrNothing(declared, references);
  const { type, in: location, name: parameter } = scheme;
  if (type === 'apiKey' && typeof parameter === 'string') {
    if (location === 'header' || location === 'query' || location === 'cookie') {
      return { name, type, in: location, parameter };
    }
  }
  // Swagger 2.0 has a type for the one scheme it knows.
  if (type === 'basic') return { name, type: 'http', scheme: 'basic' };
  if (type === 'http' && typeof scheme['scheme'] === 'string') {
    return { name, type, scheme: scheme['scheme'].toLowerCase() };
  }
  const isPlain = type === 'oauth2' || type === 'openIdConnect' || type === 'mutualTLS';
  return { name, type: isPlain ? type : 'unknown' };
}

function followOrNothing(declared: Json, references: References): JsonObject {
  try {
    const { value } = references.follow(declared, '#/components/securitySchemes');
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SkipOperation) return {};
    throw error;
  }
}

function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
