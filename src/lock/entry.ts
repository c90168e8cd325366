import { digestOf } from '../catalog/canonical.ts';
import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import { toPlainJson } from './plain-json.ts';
import { digestOfSchema } from './schema-digest.ts';

/** A tool's definition as the lock holds it. */
export interface LockEntry {
  /** `<source>/<own name>`. */
  readonly id: string;
  /** SHA-256 of the RFC 8785 form of `[id, definition]`, as `sha256:<64 hex digits>`. */
  readonly digest: string;
  /** All that a reviewer has to see, and all that decides what a call sends. Keys below the first level are sorted. */
  readonly definition: JsonObject;
}

/** Makes entries of tools. Digests are computed once for each tool object. */
export interface Locker {
  /** What no entry says. */
  readonly secrets: readonly string[];
  /** @throws Unlockable for a definition that a lock cannot hold. */
  entryOf(tool: Tool): LockEntry;
  /** The digest of the tool's entry; `undefined` where there can be none. */
  digestOf(tool: Tool): string | undefined;
}

/** @param secrets Resolved values of secrets: where configuration fixes an argument with one, `***` stands in for it. */
export function createLocker(secrets: readonly string[] = []): Locker {
  const digests = new WeakMap<Tool, { readonly digest: string | undefined }>();
  const entryOf = (tool: Tool): LockEntry => toLockEntry(idOf(tool), toDefinition(tool, secrets));
  return {
    secrets,
    entryOf,
    digestOf(tool) {
      const known = digests.get(tool) ?? { digest: tryDigest(() => entryOf(tool)) };
      digests.set(tool, known);
      return known.digest;
    },
  };
}

/** An entry with the digest of what it says. */
export function toLockEntry(id: string, definition: JsonObject): LockEntry {
  return { id, digest: digestOf([id, definition]), definition };
}

/** How lock, records and selectors name a tool. */
export function idOf({ source, name }: Pick<Tool, 'source' | 'name'>): string {
  return `${source}/${name}`;
}

function tryDigest(make: () => LockEntry): string | undefined {
  try {
    return make().digest;
  } catch {
    return undefined;
  }
}

/** In the order in which a reviewer wants to read. */
function toDefinition(whole: Tool, secrets: readonly string[]): JsonObject {
  const tool = withoutSecrets(whole, secrets);
  const { tags } = tool.attributes;
  const members: Record<string, unknown> = {
    title: tool.title,
    description: tool.description,
    access: tool.access,
    scopes: tool.scopes.length > 0 ? tool.scopes : undefined,
    tags: tags && tags.length > 0 ? tags.toSorted() : undefined,
    hints: tool.hints && tool.hints.length > 0 ? tool.hints : undefined,
    annotations: tool.annotations,
    binding: tool.binding,
    inputSchema: tool.inputSchema,
    outputSchema: tool.outputSchema,
    validation: validationOf(tool),
    passthrough: tool.passthrough,
  };
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, toPlainJson(value)]));
}

/** Digest of the schema that validates calls; absent where it is the presented one. */
function validationOf({ inputSchema, validationSchema }: Tool): string | undefined {
  if (validationSchema === inputSchema) return undefined;
  const digest = digestOfSchema(validationSchema);
  return digest === digestOfSchema(inputSchema) ? undefined : digest;
}

/**
 * What configuration adds to a binding may come from `${env:…}`: the lock is committed, so it must not say what, and it is
 * the same in places where the variables differ. Defaults are in the schemas, too.
 */
function withoutSecrets(tool: Tool, secrets: readonly string[]): Tool {
  const { binding } = tool;
  if (binding.kind !== 'http' || secrets.length === 0) return tool;
  const { server, pinned, defaults } = binding;
  const clean = {
    ...(server !== undefined && { server: mask(server, secrets) }),
    ...(pinned !== undefined && { pinned: mask(pinned, secrets) }),
    ...(defaults !== undefined && { defaults: mask(defaults, secrets) }),
  };
  if (clean.server === server && clean.pinned === pinned && clean.defaults === defaults) return tool;
  const masked: Tool = { ...tool, binding: { ...binding, ...clean } };
  if (clean.defaults === defaults) return masked;
  const inputSchema = mask(tool.inputSchema, secrets);
  const isPresented = tool.validationSchema === tool.inputSchema;
  return {
    ...masked,
    inputSchema,
    validationSchema: isPresented ? inputSchema : mask(tool.validationSchema, secrets),
  };
}

/** The same value where there is nothing to mask. */
function mask(value: string, secrets: readonly string[]): string;
function mask(value: JsonObject, secrets: readonly string[]): JsonObject;
function mask(value: Json, secrets: readonly string[]): Json;
function mask(value: Json, secrets: readonly string[]): Json {
  if (typeof value === 'string') return secrets.reduce(maskOne, value);
  if (Array.isArray(value)) {
    const items = value.map((item) => mask(item, secrets));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([key, item]) => [key, mask(item, secrets)] as const);
  return members.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(members);
}

/** A very short secret is part of every other text by chance: it counts where it is the whole. */
function maskOne(text: string, secret: string): string {
  if (secret.length >= 4) return text.replaceAll(secret, () => '***');
  return text === secret ? '***' : text;
}
