import { entryKey, type EntryKind, type SeenEntry, type Sight } from '../catalog/sight.ts';
import type { JsonObject } from '../catalog/json.ts';
import { toShownName } from '../catalog/names.ts';
import type { Principal } from '../identity/principal.ts';
import { hasLimits, presentWhole } from '../policy/narrow/present.ts';
import type { View } from '../policy/view.ts';
import { withoutPins } from './catalogs/pins.ts';
import { uriAt, type Endpoint } from './endpoint.ts';
import { indexed } from './indexed.ts';
import { presentTool } from './present-tool.ts';
import { rewriteDefinition } from './rewrite-uris.ts';
import { toolsShown } from './shows-tool.ts';
import type { Snapshot } from './snapshot.ts';
import { visibleSources } from './visible-sources.ts';
import { windowOf, type Window } from './window.ts';

/** Lives as long as the view that it shows. */
const sights = new WeakMap<View, WeakMap<Window, Sight>>();

/** What this caller finds at this endpoint: the same object as long as it is the same. */
export function sightOf(snapshot: Snapshot, principal: Principal, endpoint: Endpoint): Sight {
  return sightIn(snapshot.view(principal), windowOf(snapshot, endpoint));
}

/** What is in a view and in a window. */
export function sightIn(view: View, window: Window): Sight {
  const known = sights.get(view) ?? new WeakMap<Window, Sight>();
  sights.set(view, known);
  const sight = known.get(window) ?? createSight(view, window);
  known.set(window, sight);
  return sight;
}

function createSight(view: View, window: Window): Sight {
  const { endpoint } = window;
  const entries: SeenEntry[] = toolsShown(view, window).map((tool) => ({
    ...seen('tool', tool.source, tool.name, window.nameAt(tool, 'tool'), () => presentTool(window, tool)),
    tool,
    isRenamed: isRenamed(window, tool, 'tool'),
    presentWhole: () => withoutPins(window.pinsOf(tool), presentWhole(tool)),
    hidesArguments: window.pinsOf(tool).length > 0 || hasLimits(tool),
  }));
  for (const { source, uri, definition } of view.resources) {
    if (!window.includes({ kind: 'resource', source, uri })) continue;
    const shown = uriAt(endpoint, source, uri);
    entries.push(
      seen('resource', source, uri, shown, () => ({
        ...rewriteDefinition(endpoint, source, definition),
        uri: shown,
      })),
    );
  }
  for (const { source, uriTemplate, definition } of view.templates) {
    if (!window.includes({ kind: 'resource', source, uri: uriTemplate })) continue;
    const shown = uriAt(endpoint, source, uriTemplate);
    entries.push(
      seen('template', source, uriTemplate, shown, () => ({
        ...rewriteDefinition(endpoint, source, definition),
        uriTemplate: shown,
      })),
    );
  }
  for (const prompt of view.prompts) {
    if (!window.includes({ kind: 'prompt', source: prompt.source, name: prompt.name })) continue;
    const shown = window.nameAt(prompt, 'prompt');
    entries.push({
      ...seen('prompt', prompt.source, prompt.name, shown, () => ({
        ...rewriteDefinition(endpoint, prompt.source, prompt.definition),
        name: shown,
      })),
      isRenamed: isRenamed(window, prompt, 'prompt'),
    });
  }
  const find = indexed(entries, ({ kind, shown }) => `${kind} ${shown}`);
  return {
    entries,
    named: (kind, shown) => find(`${kind} ${shown}`),
    sources: visibleSources(view, window),
  };
}

function isRenamed(
  { endpoint, nameAt }: Window,
  entry: { readonly source: string; readonly name: string },
  kind: 'tool' | 'prompt',
): boolean {
  return endpoint.kind === 'catalog' && nameAt(entry, kind) !== toShownName(entry.source, entry.name);
}

function seen(
  kind: EntryKind,
  source: string,
  own: string,
  shown: string,
  present: () => JsonObject,
): SeenEntry {
  return { kind, source, own, key: entryKey(kind, source, own), shown, present };
}
