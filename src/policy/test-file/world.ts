import { createCatalog, type Catalog } from '../../catalog/catalog.ts';
import type { Tool } from '../../catalog/tool.ts';
import { toolsOnly } from '../../catalog/tools-only.ts';
import type { Principal } from '../../identity/principal.ts';
import type { PolicySet } from '../policy-set.ts';
import type { Problem } from '../problem.ts';
import type { ReadTestFile } from './read.ts';
import type { PolicyTestFile } from './schema.ts';

/** What the tests of a file are made against. */
export interface TestWorld {
  readonly policy: PolicySet;
  readonly catalog: Catalog;
  /** Those that every file may name. */
  readonly principals: ReadonlyMap<string, Principal>;
  /** Sources that may have resources and prompts which the catalog does not list. `all`: nobody says which sources there are. */
  readonly unlisted: 'all' | ReadonlySet<string>;
}

/** The tools that a file declares, as a catalog. */
export function declaredCatalog(tools: NonNullable<PolicyTestFile['tools']>): Catalog {
  const bySource = Map.groupBy(tools.map(toTool), ({ source }) => source);
  return createCatalog([...bySource].map(([source, declared]) => toolsOnly(source, declared)));
}

/** Tools that are declared twice. */
export function findRepeatedTools({ content, positionOf }: ReadTestFile): Problem[] {
  const seen = new Set<string>();
  return (content.tools ?? []).flatMap(({ source, name }, index) => {
    const id = `${source}/${name}`;
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [{ ...positionOf(['tools', index, 'name']), message: `the tool \`${id}\` is declared twice` }];
  });
}

function toTool({
  source,
  name,
  description = '',
  access,
  tags,
  method,
  path,
  inputSchema,
}: NonNullable<PolicyTestFile['tools']>[number]): Tool {
  return {
    source,
    name,
    description,
    inputSchema,
    validationSchema: inputSchema,
    access,
    scopes: [],
    attributes: {
      ...(tags !== undefined && { tags }),
      ...(method !== undefined && { method }),
      ...(path !== undefined && { path }),
    },
    binding: { kind: 'mcp', upstreamName: name },
  };
}
