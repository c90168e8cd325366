import type { Catalog } from '../catalog/catalog.ts';
import type { Prompt, Resource, ResourceTemplate, Target } from '../catalog/entries.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';
import { narrow } from './narrow/narrow.ts';
import { presentNarrowed } from './narrow/present.ts';
import type { Narrowing } from './narrow/region.ts';
import { lookAhead } from './outlook.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * The catalog as one principal sees it: what policy permits, or would permit with a human's yes, for some arguments, at some time,
 * by some door.
 */
export interface View {
  /** False only where {@link decide} denies whatever the arguments are. */
  shows(target: Target): boolean;
  /** What this principal's calls of the target are narrowed to; `nothing` where it is hidden. */
  narrowingOf(target: Target): Narrowing;
  /** A tool of the catalog as it is presented, its schema narrowed to what is permitted; undefined where it is hidden. */
  present(tool: Tool): Tool | undefined;
  /** True where policy may cut or mask what the tool answers this principal: its output schema then says nothing true, and is not shown. */
  reshapes(tool: Tool): boolean;
  /** In the catalog's order, as {@link present} gives them. Computed on first use. */
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  /**
   * A template is shown where a resource with the template's own text as its URI would be. A URI that is made from it is
   * decided when it is read.
   */
  readonly templates: readonly ResourceTemplate[];
  readonly prompts: readonly Prompt[];
}

const NOTHING: Narrowing = { kind: 'nothing' };
const EVERYTHING: Narrowing = { kind: 'everything' };

/** What `principal` sees of `catalog` under `policy`. */
export function view(policy: PolicySet, catalog: Catalog, principal: Principal): View {
  const applicable = policy.rules.filter((rule) => rule.matchesPrincipal(principal));
  const reshaping = applicable.filter(({ obligations }) => obligations?.select ?? obligations?.mask);
  const narrowingOf = (target: Target): Narrowing => {
    const about = applicable.filter((rule) => rule.matchesTarget(target));
    // A resource has no arguments.
    const facts = { principal, target, ...(target.kind === 'resource' && { args: {} }) };
    const outlook = lookAhead(about, facts);
    if (outlook.kind === 'closed') return NOTHING;
    if (outlook.kind === 'open') return EVERYTHING;
    return narrow(outlook.region, target.kind === 'tool' ? target.tool : { inputSchema: { type: 'object' } });
  };
  const shows = (target: Target): boolean => narrowingOf(target).kind !== 'nothing';
  const reshapes = (tool: Tool): boolean =>
    reshaping.some((rule) => rule.matchesTarget({ kind: 'tool', tool }));
  const present = (tool: Tool): Tool | undefined => {
    const narrowing = narrowingOf({ kind: 'tool', tool });
    if (narrowing.kind === 'nothing') return undefined;
    const { outputSchema, ...shapeless } = tool;
    const presented = outputSchema !== undefined && reshapes(tool) ? shapeless : tool;
    return narrowing.kind === 'everything' ? presented : presentNarrowed(presented, narrowing);
  };
  const tools = once(() => catalog.tools.flatMap((tool) => present(tool) ?? []));
  const resources = once(() =>
    catalog.resources.filter(({ source, uri }) => shows({ kind: 'resource', source, uri })),
  );
  const templates = once(() =>
    catalog.templates.filter(({ source, uriTemplate }) =>
      shows({ kind: 'resource', source, uri: uriTemplate }),
    ),
  );
  const prompts = once(() =>
    catalog.prompts.filter(({ source, name }) => shows({ kind: 'prompt', source, name })),
  );
  return {
    shows,
    narrowingOf,
    present,
    reshapes,
    get tools() {
      return tools();
    },
    get resources() {
      return resources();
    },
    get templates() {
      return templates();
    },
    get prompts() {
      return prompts();
    },
  };
}

function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => (value ??= { of: compute() }).of;
}
