import type { z } from 'zod';
import type { CatalogsSettings } from '../gateway/catalogs/settings.ts';
import { suggest } from '../text/suggest.ts';

/** A catalog has a name that no source has, as both are endpoints, and its selectors name sources that are there. */
export function checkCatalogSources(
  config: { catalogs: CatalogsSettings; sources: Record<string, unknown> },
  context: z.RefinementCtx,
): void {
  const known = Object.keys(config.sources);
  for (const [name, { include, exclude }] of Object.entries(config.catalogs)) {
    if (known.includes(name)) {
      context.addIssue({
        code: 'custom',
        path: ['catalogs', name],
        message: `has the name of a source, which is the endpoint /mcp/${name} already; name it otherwise`,
        params: { at: 'key' },
      });
    }
    for (const [member, selectors] of Object.entries({ include, exclude })) {
      for (const [index, { source = [] }] of (selectors ?? []).entries()) {
        for (const [position, one] of source.entries()) {
          if (known.includes(one)) continue;
          const near = suggest(one, known);
          context.addIssue({
            code: 'custom',
            path: ['catalogs', name, member, index, 'source', position],
            message: `must be a source of \`sources\`${near === undefined ? '' : `, like \`${near}\``}`,
          });
        }
      }
    }
  }
}
