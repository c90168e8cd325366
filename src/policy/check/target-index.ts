import type { Catalog } from '../../catalog/catalog.ts';
import { toCanonicalJson } from '../../catalog/canonical.ts';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Target } from '../../catalog/entries.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { What } from '../rule.ts';
import { compileWhat } from '../select.ts';
import { schemaOf } from './schema-of.ts';

/** What policies can be about, found by selector. */
export interface TargetIndex {
  readonly targets: readonly Target[];
  /** In the order of {@link targets}. Computed once for selectors that say the same. */
  select(what: What): readonly Target[];
  /** What a rule is about; everything where it has no selector. Selectors that say the same give the same list. */
  selectAny(whats: readonly What[] | undefined): readonly Target[];
  /** The schemas of the arguments of targets of this index, and of models. */
  schemasOf(targets: readonly Target[]): readonly JsonObject[];
}

/** The entries of a catalog, and tools that are in the lock and not among them. */
export function createTargetIndex(catalog: Catalog, locked: readonly Tool[]): TargetIndex {
  const offered = new Set(catalog.tools.map(idOf));
  const tools = [...catalog.tools, ...locked.filter((tool) => !offered.has(idOf(tool)))];
  const targets: Target[] = [
    ...tools.map((tool): Target => ({ kind: 'tool', tool })),
    ...catalog.resources.map(({ source, uri }): Target => ({ kind: 'resource', source, uri })),
    ...catalog.templates.map(({ source, uriTemplate: uri }): Target => ({ kind: 'resource', source, uri })),
    ...catalog.prompts.map(({ source, name }): Target => ({ kind: 'prompt', source, name })),
  ];
  const bySource = Map.groupBy(targets, sourceOf);
  const byName = Map.groupBy(targets, nameOf);
  const known = new Map<string, readonly Target[]>();
  const together = new Map<string, readonly Target[]>();
  const schemas = new WeakMap<readonly Target[], readonly JsonObject[]>();
  const prompts = new Map(catalog.prompts.map((prompt) => [`${prompt.source}/${prompt.name}`, prompt]));

  /** Few enough to be looked at one by one, and all that the selector can mean. */
  const candidatesFor = ({ tool, prompt, source }: What): readonly Target[] => {
    const names = tool ?? prompt;
    if (names?.every((name) => !name.includes('*'))) return names.flatMap((name) => byName.get(name) ?? []);
    return source === undefined ? targets : source.flatMap((one) => bySource.get(one) ?? []);
  };
  const select = (what: What): readonly Target[] => {
    const key = toCanonicalJson(what);
    const found = known.get(key) ?? [...new Set(candidatesFor(what))].filter(compileWhat([what], 'deny'));
    known.set(key, found);
    return found;
  };
  return {
    targets,
    select,
    selectAny(whats) {
      const [first, ...rest] = whats ?? [];
      if (first === undefined) return targets;
      if (rest.length === 0) return select(first);
      const key = toCanonicalJson(whats);
      const found = together.get(key) ?? [...new Set([first, ...rest].flatMap(select))];
      together.set(key, found);
      return found;
    },
    schemasOf(list) {
      const found =
        schemas.get(list) ??
        list.map((target) =>
          target.kind === 'prompt'
            ? promptSchema(prompts.get(`${target.source}/${target.name}`)?.definition)
            : schemaOf(target),
        );
      schemas.set(list, found);
      return found;
    },
  };
}

/** What MCP says of a prompt's arguments: names, and which have to be given. Values are strings. */
function promptSchema(definition: JsonObject = {}): JsonObject {
  const listed = Array.isArray(definition['arguments']) ? definition['arguments'].filter(isJsonObject) : [];
  const named = listed.flatMap(({ name, required }) =>
    typeof name === 'string' ? [{ name, required }] : [],
  );
  return {
    type: 'object',
    properties: Object.fromEntries(named.map(({ name }) => [name, { type: 'string' }])),
    required: named.flatMap(({ name, required }) => (required === true ? [name] : [])),
    additionalProperties: false,
  };
}

function idOf({ source, name }: Tool): string {
  return `${source}/${name}`;
}

function sourceOf(target: Target): string {
  return target.kind === 'tool' ? target.tool.source : target.source;
}

function nameOf(target: Target): string {
  if (target.kind === 'tool') return target.tool.name;
  return target.kind === 'resource' ? target.uri : target.name;
}
