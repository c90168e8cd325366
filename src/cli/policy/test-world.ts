import path from 'node:path';
import { SOURCE_NAME } from '../../catalog/names.ts';
import { loadPolicies } from '../../policy/load.ts';
import type { PolicySet } from '../../policy/policy-set.ts';
import type { ReadTestFile } from '../../policy/test-file/read.ts';
import { declaredCatalog, type TestWorld } from '../../policy/test-file/world.ts';
import { readNamedPolicies } from './find-tests.ts';
import type { Offer } from './offer.ts';

/** Finds what files of tests are made against. Files that name the same policies get the same set. */
export function createWorlds(offer: Offer): (file: ReadTestFile) => Promise<TestWorld> {
  const sets = new Map<string, PolicySet>();
  const policiesOf = async (file: ReadTestFile): Promise<PolicySet> => {
    const named = file.content.policies;
    if (named === undefined) return offer.policy;
    const key = named.map((one) => path.resolve(path.dirname(file.file), one)).join('\0');
    const set = sets.get(key) ?? loadPolicies(await readNamedPolicies(file.file, named));
    sets.set(key, set);
    return set;
  };
  const unlisted = new Set([...offer.fromLock, ...offer.unknown].map(({ source }) => source));
  return async (file) => {
    const { principals } = offer;
    const policy = await policiesOf(file);
    const { tools } = file.content;
    return tools === undefined
      ? { policy, catalog: offer.catalog, principals, unlisted }
      : { policy, catalog: declaredCatalog(tools), principals, unlisted: 'all' };
  };
}

/** Sources that tests can be about: nothing else has to be asked what it offers. `all` where a name does not tell. */
export function sourcesOf(files: readonly ReadTestFile[]): 'all' | ReadonlySet<string> {
  const sources = new Set<string>();
  for (const { content } of files) {
    if (content.tools !== undefined) continue;
    for (const { source, call, prompt, resource, view } of content.tests) {
      const { shows = [], hides = [], narrows = {} } = view ?? {};
      const listed = [...shows, ...hides, ...Object.keys(narrows)];
      const names = source === undefined ? [call, prompt, resource, ...listed] : [`${source}_`, ...listed];
      for (const name of names) {
        if (name === undefined) continue;
        const own = /^ui:\/\/([^/]+)\/|^([^_+]+)[_+]/.exec(name);
        const found = own?.[1] ?? own?.[2] ?? '';
        if (!SOURCE_NAME.test(found)) return 'all';
        sources.add(found);
      }
    }
  }
  return sources;
}
