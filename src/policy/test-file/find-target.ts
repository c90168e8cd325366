import type { Catalog } from '../../catalog/catalog.ts';
import type { Target } from '../../catalog/entries.ts';
import { toShownName } from '../../catalog/names.ts';
import { compileGlob } from '../../text/glob.ts';
import { suggest } from '../../text/suggest.ts';
import type { PolicyTest } from './schema.ts';
import type { NamedTarget } from './test-case.ts';
import type { TestWorld } from './world.ts';

/** A target, or why there is none. */
type Found = { readonly target: Target } | { readonly message: string };

/** What names are looked up in. */
type KnownWorld = Pick<TestWorld, 'catalog' | 'unlisted'>;

/** What a test is about, if not a view. */
export function findTarget(
  test: Pick<PolicyTest, 'source' | 'call' | 'model' | 'resource' | 'prompt'>,
  kind: 'call' | 'model' | 'resource' | 'prompt',
  world: KnownWorld,
): Found {
  const name = test[kind] ?? '';
  switch (kind) {
    case 'call':
      return findTool(name, test.source, world.catalog);
    case 'model':
      return { target: { kind: 'model', source: test.source ?? '', name } };
    case 'resource':
      return findResource(name, test.source, world);
    case 'prompt':
      return findPrompt(name, test.source, world);
  }
}

/** All that a name, in which `*` stands for any characters, means of what a catalog lists. */
export function findListed(name: string, catalog: Catalog): NamedTarget[] | { readonly message: string } {
  const matches = compileGlob(name);
  const found = listedTargets(catalog).filter((one) => matches(one.name));
  if (found.length > 0) return found;
  return { message: unknown('nothing', name, namesOf(catalog)) };
}

/** The tool that clients see under this name. */
export function findTool(
  name: string,
  source: string | undefined,
  catalog: Catalog,
): { readonly target: Extract<Target, { kind: 'tool' }> } | { readonly message: string } {
  const tool = source === undefined ? catalog.toolByShownName(name) : catalog.toolByOwnName(source, name);
  if (tool) return { target: { kind: 'tool', tool } };
  const known = catalog.tools
    .filter((one) => source === undefined || one.source === source)
    .map((one) => (source === undefined ? toShownName(one.source, one.name) : one.name));
  return { message: unknown('no tool', name, known, source) };
}

function findPrompt(name: string, source: string | undefined, { catalog, unlisted }: KnownWorld): Found {
  const prompts = catalog.prompts.filter((one) => source === undefined || one.source === source);
  const prompt = prompts.find((one) => (source === undefined ? shownName(one) : one.name) === name);
  if (prompt) return { target: { kind: 'prompt', source: prompt.source, name: prompt.name } };
  const [, prefix, own] = /^([^_]+)_(.+)$/s.exec(name) ?? [];
  const from = source ?? prefix;
  if (from !== undefined && mayHave(unlisted, from)) {
    return { target: { kind: 'prompt', source: from, name: source === undefined ? (own ?? name) : name } };
  }
  const known = prompts.map((one) => (source === undefined ? shownName(one) : one.name));
  return { message: unknown('no prompt', name, known, source) };
}

/** A URI need not be listed: servers make them from templates. */
function findResource(uri: string, source: string | undefined, world: KnownWorld): Found {
  const own = source === undefined ? toOwnUri(uri) : { source, uri };
  if (own === undefined) {
    return {
      message: `say which source has the resource: \`<source>+${uri}\`, as \`/mcp\` shows it, or \`source:\``,
    };
  }
  const sources = world.catalog.contributions.map((one) => one.source);
  if (sources.includes(own.source) || mayHave(world.unlisted, own.source))
    return { target: { kind: 'resource', ...own } };
  return { message: unknown('no source', own.source, sources) };
}

/** The URIs of `/mcp` name their source in front; a `ui://` URI does in place of its authority. */
function toOwnUri(uri: string): { source: string; uri: string } | undefined {
  const [, viewer, view] = /^ui:\/\/([^/]+)\/(.*)$/s.exec(uri) ?? [];
  if (viewer !== undefined) return { source: viewer, uri: `ui://${view}` };
  const [, source, rest] = /^([a-z][a-z0-9-]{0,23})\+(.+)$/s.exec(uri) ?? [];
  return source === undefined || rest === undefined ? undefined : { source, uri: rest };
}

function listedTargets(catalog: Catalog): NamedTarget[] {
  return [
    ...catalog.tools.map((tool): NamedTarget => ({ name: shownName(tool), target: { kind: 'tool', tool } })),
    ...catalog.prompts.map((prompt): NamedTarget => ({
      name: shownName(prompt),
      target: { kind: 'prompt', source: prompt.source, name: prompt.name },
    })),
    ...catalog.resources.map(({ source, uri }): NamedTarget => toNamedResource(source, uri)),
    ...catalog.templates.map(({ source, uriTemplate }): NamedTarget => toNamedResource(source, uriTemplate)),
  ];
}

function toNamedResource(source: string, uri: string): NamedTarget {
  const name = uri.startsWith('ui://') ? `ui://${source}/${uri.slice(5)}` : `${source}+${uri}`;
  return { name, target: { kind: 'resource', source, uri } };
}

function namesOf(catalog: Catalog): string[] {
  return listedTargets(catalog).map(({ name }) => name);
}

function shownName({ source, name }: { readonly source: string; readonly name: string }): string {
  return toShownName(source, name);
}

function mayHave(unlisted: TestWorld['unlisted'], source: string): boolean {
  return unlisted === 'all' || unlisted.has(source);
}

function unknown(what: string, name: string, known: readonly string[], source?: string): string {
  const near = suggest(name, known);
  const where = source === undefined ? '' : ` in ${source}`;
  return `there is ${what} \`${name}\`${where}${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}
