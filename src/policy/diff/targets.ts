import type { Catalog } from '../../catalog/catalog.ts';
import { toShownName } from '../../catalog/names.ts';
import type { PolicySet } from '../policy-set.ts';
import type { What } from '../rule.ts';
import type { ComparedTarget } from './compare.ts';

/**
 * What two policy sets are compared over: all that a catalog has, and what policies name that no catalog lists: models, and resources
 * that servers make from templates. A glob stands for what it matches, under its own text.
 */
export function targetsOf(catalog: Catalog, policies: readonly PolicySet[]): ComparedTarget[] {
  const whats: readonly What[] = policies.flatMap(({ rules }) => rules.flatMap(({ what = [] }) => what));
  const found = new Map<string, ComparedTarget>();
  const add = (compared: ComparedTarget): void => {
    const { kind, source, name } = compared.shown;
    const key = JSON.stringify([kind, source, name]);
    if (!found.has(key)) found.set(key, compared);
  };
  for (const tool of catalog.tools) {
    const { source, name, access } = tool;
    add({
      target: { kind: 'tool', tool },
      shown: { kind: 'tool', source, name: toShownName(source, name), access },
    });
  }
  const resources = [
    ...catalog.resources.map(({ source, uri }) => ({ source, uri })),
    ...catalog.templates.map(({ source, uriTemplate }) => ({ source, uri: uriTemplate })),
    ...whats.flatMap((what) => resourcesOf(what, catalog)),
  ];
  for (const { source, uri } of resources) {
    add({
      target: { kind: 'resource', source, uri },
      shown: { kind: 'resource', source, name: uri, access: 'read' },
    });
  }
  for (const { source, name } of catalog.prompts) {
    add({
      target: { kind: 'prompt', source, name },
      shown: { kind: 'prompt', source, name: toShownName(source, name), access: 'read' },
    });
  }
  const isAboutAll = policies.some(({ rules }) => rules.some(({ what }) => what === undefined));
  // A rule about everything is about models that nobody names, too.
  for (const { source = [''], model = [] } of [...whats, ...(isAboutAll ? [{ model: ['*'] }] : [])]) {
    for (const name of model) {
      for (const one of source) {
        add({
          target: { kind: 'model', source: one, name },
          shown: { kind: 'model', source: one, name, access: 'read' },
        });
      }
    }
  }
  return [...found.values()];
}

/** What a selector names of the sources that have resources. */
function resourcesOf(what: What, { resources, templates }: Catalog): { source: string; uri: string }[] {
  const having = new Set([...resources, ...templates].map(({ source }) => source));
  const sources = what.source?.filter((source) => having.has(source)) ?? [...having];
  return (what.resource ?? [])
    .filter((uri) => uri !== '*')
    .flatMap((uri) => sources.map((source) => ({ source, uri })));
}
