import type { View } from '../policy/view.ts';
import { covers, type Endpoint } from './endpoint.ts';

const sources = new WeakMap<View, readonly string[]>();

/** The sources of which this caller sees something at this endpoint, sorted. What is told of others would tell that they exist. */
export function visibleSources(view: View, endpoint: Endpoint): readonly string[] {
  let visible = sources.get(view);
  if (visible === undefined) {
    const entries = [...view.tools, ...view.resources, ...view.templates, ...view.prompts];
    visible = [...new Set(entries.map(({ source }) => source))].toSorted();
    sources.set(view, visible);
  }
  return endpoint.kind === 'all' ? visible : visible.filter((source) => covers(endpoint, source));
}
