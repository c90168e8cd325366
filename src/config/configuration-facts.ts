import path from 'node:path';
import { digestOf, digestOfText } from '../catalog/canonical.ts';
import type { KeySettings } from '../identity/principal-settings.ts';
import type { LoadedConfig } from './load.ts';

/** What a record says of a configuration: which parts it has, never what they hold. */
export interface ConfigurationFacts {
  /** Digest of everything that was read. */
  readonly digest: string;
  /** A digest of each part, by name: `audit`, `sources.helpdesk`, `policies`, `lock`. For comparing only: they cover secrets. */
  readonly parts: ReadonlyMap<string, string>;
  /** Relative to the folder of the configuration. */
  readonly policyFiles: readonly { readonly file: string; readonly digest: string }[];
  readonly keys: readonly KeySettings[];
}

export function factsOf(loaded: LoadedConfig): ConfigurationFacts {
  const { sources, ...sections } = loaded.config;
  const parts = new Map<string, string>();
  for (const [name, section] of Object.entries(sections)) parts.set(name, digestOf(section ?? null));
  for (const [name, source] of Object.entries(sources)) {
    const { digest = null } = loaded.documents.get(name) ?? {};
    const files = loaded.toolFiles.get(name)?.map((each) => ({ ...each })) ?? [];
    parts.set(`sources.${name}`, digestOf({ source, digest, ...(files.length > 0 && { files }) }));
  }
  const folder = path.dirname(loaded.file);
  const policyFiles = loaded.policyFiles.map(({ file, text }) => ({
    file: path.relative(folder, file),
    digest: digestOfText(text),
  }));
  parts.set('policies', digestOf([loaded.config.policies, policyFiles]));
  const shadowed = loaded.shadowFiles.map(({ file, text }) => [
    path.relative(folder, file),
    digestOfText(text),
  ]);
  parts.set('shadow', digestOf([loaded.config.shadow ?? null, shadowed]));
  const hinted = loaded.hintFiles.map(({ file, text }) => [path.relative(folder, file), digestOfText(text)]);
  if (hinted.length > 0) parts.set('hints', digestOf(hinted));
  parts.set('lock', digestOf([loaded.config.lock ?? null, loaded.lock.text ?? null]));
  parts.set('certificates', digestOf([...loaded.tlsFiles]));
  return { digest: loaded.digest, parts, policyFiles, keys: loaded.config.identity.keys };
}

/** Names of the parts that came, went or differ. */
export function changedParts(before: ConfigurationFacts, after: ConfigurationFacts): string[] {
  const names = new Set([...before.parts.keys(), ...after.parts.keys()]);
  return [...names].filter((name) => before.parts.get(name) !== after.parts.get(name)).toSorted();
}
