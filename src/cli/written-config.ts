import { readFile } from 'node:fs/promises';
import { isJsonObject, type Json } from '../catalog/json.ts';
import { valueAt, type Path } from '../text/pointer.ts';
import { readYaml, type Position, type YamlDocument } from '../text/yaml.ts';

/**
 * A configuration as it is written, before anything in it is resolved or checked. For what has to work while it cannot be
 * loaded yet: making the key whose hash is still missing in it, or naming the variables that are not set here.
 */
export interface WrittenConfig {
  readonly value: Json;
  /** Names of `identity.principals`. */
  readonly principals: readonly string[];
  readonly positionOf: YamlDocument['positionOf'];
}

/** @returns `undefined` where there is no file, or no YAML in it. */
export async function readWrittenConfig(file: string): Promise<WrittenConfig | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { value, problems, positionOf } = readYaml(text, {
    maxLength: 1_048_576,
    maxDepth: 64,
    maxValues: 50_000,
    maxFlaws: 1,
    exact: false,
  });
  if (problems.length > 0) return undefined;
  const principals = valueAt(value, ['identity', 'principals']);
  return { value, principals: isJsonObject(principals) ? Object.keys(principals) : [], positionOf };
}

/** Where the settings of a configuration file stand; its beginning for one that cannot be read. */
export function placesIn(
  file: string,
  written: WrittenConfig | undefined,
): (at: Path) => Position & { readonly file: string } {
  return (at) => ({ file, ...(written?.positionOf(at, 'key') ?? { line: 1, column: 1 }) });
}

/** Names of the environment variables that texts refer to by `${env:NAME}`, each once, in order of appearance. */
export function variablesOf(texts: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const text of texts) {
    // `$${` is a literal `${`, so what follows it is no reference.
    for (const [, name] of text.matchAll(/\$\$\{|\$\{env:([^{}]+)\}/g)) {
      if (name !== undefined) names.add(name);
    }
  }
  return [...names];
}

/** Every text of a value; keys are no texts. */
export function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isJsonObject(value) ? Object.values(value).flatMap(textsOf) : [];
}
