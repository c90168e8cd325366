import type { Catalog } from '../catalog/catalog.ts';
import type { Prompt, Resource, ResourceTemplate, Target } from '../catalog/entries.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';
import { createDecider } from './decide.ts';
import type { PolicySet } from './policy-set.ts';

/** The catalog as one principal sees it: what policy permits, or would permit with a human's yes. */
export interface View {
  /** True where {@link decide} does not deny: there is no second opinion. */
  shows(target: Target): boolean;
  /** In the catalog's order. Computed on first use. */
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  /**
   * A template is shown where a resource with the template's own text as its URI would be. A URI that is made from it is
   * decided when it is read.
   */
  readonly templates: readonly ResourceTemplate[];
  readonly prompts: readonly Prompt[];
}

/** What `principal` sees of `catalog` under `policy`. */
export function view(policy: PolicySet, catalog: Catalog, principal: Principal): View {
  const decideTarget = createDecider(policy, principal);
  const shows = (target: Target): boolean => decideTarget(target).effect !== 'deny';
  const tools = once(() => catalog.tools.filter((tool) => shows({ kind: 'tool', tool })));
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
