import type { Target } from '../../catalog/entries.ts';
import type { JsonObject } from '../../catalog/json.ts';
import { suggest } from '../../text/suggest.ts';
import { fromPointer, toPointer } from '../../text/pointer.ts';
import type { CompiledRule } from '../policy-set.ts';
import type { Problem } from '../problem.ts';
import { ITEM, type ArgumentPath } from './argument-uses.ts';
import { placeOf } from './condition-arguments.ts';
import { typesOf } from './schema-place.ts';

/**
 * Masks of what no result has, as the tools describe their results. Nothing is said of tools that do not describe them, of results that
 * a rule cuts first, and of what is inside a text, which may be a document.
 */
export function findIdleMasks(rule: CompiledRule, targets: readonly Target[]): Problem[] {
  const { mask = [], select } = rule.obligations ?? {};
  if (mask.length === 0 || select !== undefined || targets.length === 0) return [];
  const schemas = targets.map((target) => (target.kind === 'tool' ? target.tool.outputSchema : undefined));
  if (!schemas.every((schema) => schema !== undefined)) return [];
  return mask.flatMap((pointer, index) => {
    const absences = schemas.map((schema) => absenceIn(schema, fromPointer(pointer)));
    if (!absences.every((absence) => absence !== undefined)) return [];
    const near = absences.find(({ meant }) => meant !== undefined)?.meant;
    const advice = near === undefined ? '' : `; did you mean \`${near}\`?`;
    const message = `${rule.id}: mask: no result of what this rule is about has \`${pointer}\`, so nothing is masked there${advice}`;
    return [{ ...rule.positionOf(['obligations', 'mask', index]), message }];
  });
}

/** Undefined where a result may have a value there. */
function absenceIn(schema: JsonObject, parts: readonly string[]): { readonly meant?: string } | undefined {
  const path: ArgumentPath = parts.map((part) => (part === '*' || /^\d+$/.test(part) ? ITEM : part));
  const place = placeOf(schema, path);
  if (place.kind !== 'lacks') return undefined;
  const above = placeOf(schema, path.slice(0, place.depth));
  if (above.kind !== 'has' || typesOf(above.schemas)?.has('string') === true) return undefined;
  const near = suggest(parts[place.depth] ?? '', place.known.slice(0, 1000));
  return near === undefined ? {} : { meant: toPointer(parts.with(place.depth, near)) };
}
