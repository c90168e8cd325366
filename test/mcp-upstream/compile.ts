import type { Contribution } from '../../src/catalog/entries.ts';
import { compileMcp } from '../../src/compile/mcp/compile.ts';

/** Compiles some lists of a source `up`. */
export function compile(
  lists: { tools?: unknown[]; resources?: unknown[]; templates?: unknown[]; prompts?: unknown[] },
  trustAnnotations = true,
): Contribution {
  return compileMcp({
    source: 'up',
    trustAnnotations,
    tools: [],
    resources: [],
    templates: [],
    prompts: [],
    ...lists,
  });
}
