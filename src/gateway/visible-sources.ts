import type { Target } from '../catalog/entries.ts';
import type { View } from '../policy/view.ts';
import { toolsShown } from './shows-tool.ts';
import type { Window } from './window.ts';

const sources = new WeakMap<View, WeakMap<Window, readonly string[]>>();

/** The sources of which this caller sees something at this endpoint, sorted. What is told of others would tell that they exist. */
export function visibleSources(view: View, window: Window): readonly string[] {
  const known = sources.get(view) ?? new WeakMap<Window, readonly string[]>();
  sources.set(view, known);
  const visible = known.get(window) ?? findVisible(view, window);
  known.set(window, visible);
  return visible;
}

function findVisible(view: View, window: Window): readonly string[] {
  const { resources, templates, prompts } = view;
  const found = new Set<string>();
  const add = (target: Target, source: string): void => {
    if (!found.has(source) && window.includes(target)) found.add(source);
  };
  for (const { source } of toolsShown(view, window)) found.add(source);
  for (const { source, uri } of resources) add({ kind: 'resource', source, uri }, source);
  for (const { source, uriTemplate } of templates)
    add({ kind: 'resource', source, uri: uriTemplate }, source);
  for (const { source, name } of prompts) add({ kind: 'prompt', source, name }, source);
  return [...found].toSorted();
}
