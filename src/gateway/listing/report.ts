import type { Principal } from '../../identity/principal.ts';
import type { Endpoint } from '../endpoint.ts';
import { toolsShown } from '../shows-tool.ts';
import type { Snapshot } from '../snapshot.ts';
import { windowOf } from '../window.ts';
import { modeOf, type ListMode } from './choose-mode.ts';
import { list } from '../list.ts';
import { measureOf, tokensOf } from './measure.ts';
import type { ListingRule } from './rules.ts';

/** How long a list is, and how it is served. */
export interface ListingReport {
  /** All that the principal finds, listed or not. */
  readonly tools: number;
  /** Of the definitions of all of them. */
  readonly tokens: number;
  readonly mode: ListMode;
  /** What `tools/list` answers: in search mode the built-in and the pinned tools. */
  readonly listed: { readonly tools: number; readonly tokens: number };
  /** What the configuration says of the endpoint. */
  readonly configured: ListingRule['mode'];
  readonly budget: number;
}

/** For people: the mode is chosen by the same counts. */
export function reportListing(snapshot: Snapshot, principal: Principal, endpoint: Endpoint): ListingReport {
  const view = snapshot.view(principal);
  const window = windowOf(snapshot, endpoint);
  const tools = toolsShown(view, window);
  const rule = snapshot.settings.listing?.of(endpoint);
  const listed = list(snapshot, principal, endpoint).tools;
  return {
    tools: tools.length,
    tokens: tools.reduce((sum, tool) => sum + measureOf(window, tool).tokens(), 0),
    mode: modeOf(snapshot, view, window),
    listed: {
      tools: listed.length,
      tokens: listed.reduce((sum, tool) => sum + tokensOf(tool), 0),
    },
    configured: rule?.mode ?? 'full',
    budget: rule?.budget ?? 0,
  };
}
