import type { Contribution } from './entries.ts';
import type { Tool } from './tool.ts';

/** The share of a source that offers tools and nothing else, each of them an operation, all of them compiled without a loss. */
export function toolsOnly(source: string, tools: readonly Tool[]): Contribution {
  const none = { resources: [], templates: [], prompts: [], skipped: [], lossy: [] };
  return { source, tools, ...none, operations: tools.length };
}
