import { isJsonObject, type JsonObject } from '../../../catalog/json.ts';
import { isReference, type References } from '../references.ts';
import { SkipOperation } from '../reasons.ts';

/**
 * Documents are often split where the specification has no Reference Object: `paths: { $ref: paths.yaml }`, or a section of
 * `components`. Puts what such references lead to in their place, in `root` itself: one level, never the whole document.
 *
 * @returns warnings, for those that lead to nothing.
 */
export function inlineSections(root: JsonObject, references: References): string[] {
  const warnings: string[] = [];

  function inline(holder: JsonObject, name: string, at: string): void {
    const declared = holder[name];
    if (!isReference(declared)) return;
    try {
      const { value } = references.follow(declared, at);
      const { $ref: _followed, ...beside } = declared;
      if (isJsonObject(value)) holder[name] = { ...value, ...beside };
      else warnings.push(`${at} refers to ${declared.$ref}, which is not a mapping; it counts as absent`);
    } catch (error) {
      if (!(error instanceof SkipOperation)) throw error;
      warnings.push(`${error.message}; the section counts as absent`);
    }
  }

  for (const name of ['paths', 'webhooks', 'components', 'definitions', 'securityDefinitions']) {
    inline(root, name, `#/${name}`);
  }
  const { components } = root;
  if (isJsonObject(components)) {
    for (const name of Object.keys(components)) inline(components, name, `#/components/${name}`);
  }
  return warnings;
}
