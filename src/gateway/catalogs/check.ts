import { schemasOfArgument } from '../../catalog/argument-schema.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { isJsonObject } from '../../catalog/json.ts';
import { toShownName } from '../../catalog/names.ts';
import type { Tool } from '../../catalog/tool.ts';
import { checkSelectors, type CheckContext } from '../../policy/check.ts';
import type { Problem } from '../../policy/problem.ts';
import { toDotted, toPointer, type Path } from '../../text/pointer.ts';
import { toProblems } from '../argument-problems.ts';
import { validatorOf } from '../schema-validator.ts';
import { compilePins, type PinRule } from './pins.ts';
import type { CatalogSettings, CatalogsSettings } from './settings.ts';
import { didYouMean, mayBeUnknown } from './unknown-names.ts';
import { compileCatalogs, type CatalogWindow } from './virtual-catalog.ts';

/** Against what virtual catalogs are checked. */
export interface CatalogsContext extends CheckContext {
  /** Where a setting stands. */
  readonly placeOf: (path: Path) => Omit<Problem, 'message'>;
}

/**
 * What is wrong with virtual catalogs that are well-formed: selectors that match nothing, renamed or pinned tools that are not there,
 * pinned arguments that no tool has, or values that it does not take.
 */
export function checkCatalogs(
  catalogs: CatalogsSettings,
  catalog: Catalog,
  context: CatalogsContext,
): Problem[] {
  const compiled = compileCatalogs(catalogs);
  return Object.entries(catalogs).flatMap(([name, settings]) => {
    const window = compiled.get(name)?.on(catalog);
    if (!window) return [];
    const one: Checked = { name, settings, catalog, window, context };
    return [...checkSelection(one), ...checkRenames(one), ...checkPins(one)];
  });
}

interface Checked {
  readonly name: string;
  readonly settings: CatalogSettings;
  readonly catalog: Catalog;
  readonly window: CatalogWindow;
  readonly context: CatalogsContext;
}

function problemAt({ name, context }: Checked, path: Path, message: string): Problem {
  const whole = ['catalogs', name, ...path];
  return { ...context.placeOf(whole), message: `${toDotted(whole)}: ${message}` };
}

function checkSelection({ name, settings, catalog, context }: Checked): Problem[] {
  return (['include', 'exclude'] as const).flatMap((member) => {
    const what = settings[member];
    if (!what) return [];
    const id = `catalogs.${name}.${member}`;
    const positionOf = ([, ...path]: Path) => context.placeOf(['catalogs', name, member, ...path]);
    return checkSelectors([{ id, what, positionOf }], catalog, context);
  });
}

function checkRenames(checked: Checked): Problem[] {
  const { settings, catalog, window, context } = checked;
  const entries = [
    ...catalog.tools.map((tool) => ({
      shownName: toShownName(tool.source, tool.name),
      isIncluded: window.includes({ kind: 'tool', tool }),
    })),
    ...catalog.prompts.map(({ source, name }) => ({
      shownName: toShownName(source, name),
      isIncluded: window.includes({ kind: 'prompt', source, name }),
    })),
  ];
  const included = entries.flatMap(({ shownName, isIncluded }) => (isIncluded ? [shownName] : []));
  return Object.keys(settings.rename).flatMap((from) => {
    if (included.includes(from) || mayBeUnknown(from, context)) return [];
    const message = entries.some(({ shownName }) => shownName === from)
      ? 'is not in this catalog, so it has no name here; include it, or remove this'
      : `there is no tool or prompt of this name${didYouMean(from, included)}`;
    return [problemAt(checked, ['rename', from], message)];
  });
}

function checkPins(checked: Checked): Problem[] {
  const { settings, catalog, window, context } = checked;
  const included = catalog.tools.filter((tool) => window.includes({ kind: 'tool', tool }));
  const names = included.map(({ source, name }) => toShownName(source, name));
  return compilePins(settings.pin).flatMap((rule) => {
    const { pattern, matches, isExact } = rule;
    const tools = included.filter((_tool, index) => matches(names[index] ?? ''));
    if (tools.length > 0) return checkArguments(checked, rule, tools);
    if (isExact ? mayBeUnknown(pattern, context) : (context.unknown ?? []).length > 0) return [];
    const isThere = catalog.tools.some(({ source, name }) => matches(toShownName(source, name)));
    const message = isThere
      ? 'is not in this catalog, so there is nothing to pin; include it, or remove this'
      : `there is no tool of this name${isExact ? didYouMean(pattern, names) : ''}`;
    return [problemAt(checked, ['pin', pattern], message)];
  });
}

function checkArguments(checked: Checked, { pattern, pins }: PinRule, tools: readonly Tool[]): Problem[] {
  return pins.flatMap(({ path, value }) => {
    const pointer = toPointer(path);
    // As it is written, most likely.
    const at = ['pin', pattern, path.length === 1 ? (path[0] ?? '') : pointer];
    const having = tools.filter((tool) => schemasOfArgument(tool.validationSchema, path).length > 0);
    if (having.length === 0) {
      const known = [...new Set(tools.flatMap((tool) => argumentsOf(tool)))];
      const near = path.length === 1 ? didYouMean(path[0] ?? '', known) : '';
      return [problemAt(checked, at, `no tool that is pinned here has the argument ${pointer}${near}`)];
    }
    const refused = having.flatMap((tool) => faultOf(tool, path, value) ?? []).slice(0, 1);
    return refused.map((fault) => problemAt(checked, at, fault));
  });
}

/** Why a tool takes no call with this value. */
function faultOf(tool: Tool, path: readonly string[], value: unknown): string | undefined {
  const args = path.toReversed().reduce<unknown>((inner, name) => Object.fromEntries([[name, inner]]), value);
  try {
    const validate = validatorOf(tool.validationSchema);
    if (validate(args)) return undefined;
    const pointer = toPointer(path);
    const problems = toProblems(validate.errors ?? []);
    validate.errors = null;
    const fault = problems.find((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`));
    return (
      fault && `${toShownName(tool.source, tool.name)} does not take this: ${fault.pointer} ${fault.message}`
    );
  } catch {
    // A schema that cannot be compiled fails every call, which is not what is asked here.
    return undefined;
  }
}

function argumentsOf({ validationSchema: { properties } }: Tool): string[] {
  return isJsonObject(properties) ? Object.keys(properties) : [];
}
