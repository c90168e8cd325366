import type { Tool } from '../catalog/tool.ts';
import type { ArgumentLimit } from '../policy/narrow/region.ts';
import type { View } from '../policy/view.ts';
import { valueAt } from '../text/pointer.ts';
import type { Pin } from './catalogs/pins.ts';
import { validatorOf } from './schema-validator.ts';
import type { Window } from './window.ts';

/**
 * Whether a caller finds a tool at an endpoint: it is included, policy shows it, and what the endpoint pins is among what policy may
 * permit. Where it is not, every call of it is denied, and it is hidden.
 *
 * @param tool of the catalog
 */
export function showsTool(view: View, window: Window, tool: Tool): boolean {
  const target = { kind: 'tool', tool } as const;
  if (!window.includes(target) || !view.shows(target)) return false;
  const pins = window.pinsOf(tool);
  const narrowing = pins.length > 0 ? view.narrowingOf(target) : undefined;
  return (
    narrowing?.kind !== 'some' || pins.every((pin) => narrowing.limits.every((limit) => isWithin(pin, limit)))
  );
}

/** The tools that a caller finds at an endpoint, as its view presents them. */
export function toolsShown(view: View, window: Window): readonly Tool[] {
  return view.tools.filter((tool) => {
    // Policy shows it, by the view it is in.
    if (window.pinsOf(tool).length === 0) return window.includes({ kind: 'tool', tool });
    const own = window.toolNamed(window.nameAt(tool, 'tool'));
    return own !== undefined && showsTool(view, window, own);
  });
}

/** False where the pinned value breaks the limit: no call has another value. */
function isWithin(
  { path, value, isFilled }: Pin,
  { path: limited, required, schema }: ArgumentLimit,
): boolean {
  if (!isFilled || !path.every((part, index) => limited[index] === part)) return true;
  const pinned = valueAt(value, limited.slice(path.length));
  return pinned === undefined ? required !== true : validatorOf(schema as Tool['inputSchema'])(pinned);
}
