import type { Catalog } from '../catalog/catalog.ts';
import type { Prompt, Resource, ResourceTemplate, Target } from '../catalog/entries.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';
import { narrowPinned } from './narrow-pinned.ts';
import { presentNarrowed } from './narrow/present.ts';
import type { Narrowing } from './narrow/region.ts';
import { toOutlook, type Outlook } from './outlook.ts';
import type { PolicySet } from './policy-set.ts';
import { examineRests, remainderFor, type Rest } from './remainder.ts';
import { tellApproval } from './tell-approval.ts';

/**
 * Equal for two principals where policy cannot tell apart what they see: the same rules are about them, and what is left of
 * their conditions is the same. Those may share a {@link View}.
 */
export function viewKey(policy: PolicySet, principal: Principal): string {
  return remainderFor(policy, principal).key;
}

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
  const remainder = remainderFor(policy, principal);
  const ofResources = new WeakMap<readonly Rest[], Outlook>();
  const ofOthers = new WeakMap<readonly Rest[], Outlook>();
  const narrowings = new WeakMap<Tool, Narrowing>();
  const findOutlook = (target: Target): Outlook => {
    const rests = remainder.about(target);
    // What a resource leaves open is less: it has no arguments.
    const outlooks = target.kind === 'resource' ? ofResources : ofOthers;
    const known = outlooks.get(rests);
    if (known !== undefined) return known;
    const outlook = toOutlook(examineRests(rests, principal, target), target);
    if (rests.every(isAlikeForAll)) outlooks.set(rests, outlook);
    return outlook;
  };
  const narrowTool = (tool: Tool): Narrowing => {
    const outlook = findOutlook({ kind: 'tool', tool });
    if (outlook.kind !== 'region') return toNarrowing(outlook);
    return narrowPinned(outlook.region, tool);
  };
  const narrowingOf = (target: Target): Narrowing => {
    if (target.kind === 'tool') {
      let narrowing = narrowings.get(target.tool);
      if (narrowing === undefined) narrowings.set(target.tool, (narrowing = narrowTool(target.tool)));
      return narrowing;
    }
    const outlook = findOutlook(target);
    return outlook.kind === 'region' ? narrowPinned(outlook.region, ANY_ARGUMENTS) : toNarrowing(outlook);
  };
  const shows = (target: Target): boolean => narrowingOf(target).kind !== 'nothing';
  const reshapes = (tool: Tool): boolean => remainder.about({ kind: 'tool', tool }).some(mayReshape);
  const present = (tool: Tool): Tool | undefined => {
    const narrowing = narrowingOf({ kind: 'tool', tool });
    if (narrowing.kind === 'nothing') return undefined;
    const shaped = reshapes(tool) ? withoutOutputSchema(tool) : tool;
    const narrowed = narrowing.kind === 'everything' ? shaped : presentNarrowed(shaped, narrowing);
    const target: Target = { kind: 'tool', tool };
    const approvals = remainder.about(target).filter(({ rule }) => rule.effect === 'approve');
    return approvals.length === 0
      ? narrowed
      : tellApproval(narrowed, examineRests(approvals, principal, target));
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

const ANY_ARGUMENTS = { inputSchema: { type: 'object' } } as const;

function toNarrowing({ kind }: Outlook): Narrowing {
  return kind === 'closed' ? NOTHING : EVERYTHING;
}

/** Says the same of every target that it is about, or of every resource. */
function isAlikeForAll({ rule, verdict }: Rest): boolean {
  return verdict !== undefined && rule.duties === undefined;
}

function mayReshape({ rule: { obligations } }: Rest): boolean {
  return obligations?.select !== undefined || obligations?.mask !== undefined;
}

function withoutOutputSchema(tool: Tool): Tool {
  const { outputSchema, ...shapeless } = tool;
  return outputSchema === undefined ? tool : shapeless;
}

function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => (value ??= { of: compute() }).of;
}
