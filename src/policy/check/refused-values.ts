import type { Json, JsonObject } from '../../catalog/json.ts';
import { fromPointer } from '../../text/pointer.ts';
import { ARGS, isValue, memberOf } from '../cel/made.ts';
import { narrow } from '../narrow/narrow.ts';
import { toSettings } from '../pins.ts';
import type { CompiledRule } from '../policy-set.ts';
import type { Problem } from '../problem.ts';
import { describePath, placeOf } from './condition-arguments.ts';
import type { Budget } from './condition-truth.ts';

/** Values that a rule gives to arguments, and that no tool takes which the rule is about: each call would be refused. */
export function findRefusedValues(
  rule: CompiledRule,
  schemas: readonly JsonObject[],
  budget: Budget,
): Problem[] {
  return (['set', 'defaults'] as const).flatMap((member) =>
    toSettings(rule.obligations?.[member]).flatMap(({ pointer, path, value }): Problem[] => {
      const having = schemas.filter((schema) => placeOf(schema, path).kind !== 'lacks');
      if (having.length === 0 || !having.every((schema) => isRefused(schema, path, value, budget))) return [];
      const shown = JSON.stringify(value);
      const brief = shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
      const message = `${rule.id}: ${member}: nothing that this rule is about takes ${brief} as \`${describePath(fromPointer(pointer))}\`, so the calls that it is put in are refused`;
      return [{ ...rule.positionOf(['obligations', member]), message }];
    }),
  );
}

/** True where no valid arguments have this value there. */
function isRefused(inputSchema: JsonObject, path: readonly string[], value: Json, budget: Budget): boolean {
  if (budget.left <= 0) return false;
  budget.left -= 1;
  const place = path.reduce(memberOf, ARGS);
  return narrow({ permits: [isValue(place, value)], denies: [] }, { inputSchema }).kind === 'nothing';
}
