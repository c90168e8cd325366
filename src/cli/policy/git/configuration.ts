import { toCanonicalJson } from '../../../catalog/canonical.ts';
import { isJsonObject } from '../../../catalog/json.ts';
import { valueAt } from '../../../text/pointer.ts';
import { readYaml } from '../../../text/yaml.ts';
import { MAX_FILE_BYTES } from './read-folder.ts';
import type { Side } from './side.ts';

/** A configuration as it is written, nothing of the environment resolved; undefined where it is no YAML. */
export function readConfiguration(text: string): unknown {
  const { value, problems } = readYaml(text, {
    maxLength: MAX_FILE_BYTES,
    maxDepth: 64,
    maxValues: 50_000,
    maxFlaws: 1,
    exact: false,
  });
  return problems.length > 0 ? undefined : (value ?? {});
}

/** What decides who may do what beside policies, with how people name one of it. */
const PARTS = [
  [['identity', 'principals'], 'the principals'],
  [['sources'], 'the sources'],
  [['catalogs'], 'the catalogs'],
] as const;

/**
 * Where the configurations of two sides differ in what decides beside their policies, as sentences without an end: that is not compared.
 */
export function describeOtherConfigurations([before, after]: readonly [Side, Side]): string[] {
  if (before.configuration === undefined || after.configuration === undefined) return [];
  return PARTS.flatMap(([path, name]) => {
    const [then, now] = [valueAt(before.configuration, path), valueAt(after.configuration, path)];
    const names = namesThatDiffer(then, now);
    if (names.length === 0) return [];
    return [
      `${name} of the configuration are not the same on both sides (${names.join(', ')}), which is not compared: both are decided with the configuration of the work tree`,
    ];
  });
}

function namesThatDiffer(then: unknown, now: unknown): string[] {
  const [old, young] = [then, now].map((one) => (isJsonObject(one) ? one : {}));
  const names = new Set([...Object.keys(old ?? {}), ...Object.keys(young ?? {})]);
  return [...names].filter((name) => textAt(old, name) !== textAt(young, name));
}

function textAt(of: unknown, name: string): string | undefined {
  const value = valueAt(of, [name]);
  return value === undefined ? undefined : toCanonicalJson(value);
}
