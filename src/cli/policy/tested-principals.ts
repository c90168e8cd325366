import { toCanonicalJson } from '../../catalog/canonical.ts';
import { BailiwickError } from '../../errors.ts';
import { suggest } from '../../text/suggest.ts';
import type { TextFile } from '../../config/text-file.ts';
import type { NamedPrincipal } from '../../policy/diff/principals.ts';
import { readTestFile } from '../../policy/test-file/read.ts';
import { toTestPrincipal } from './given-principal.ts';

/** Principals by name: those of the configuration, and those that test files describe. */
export interface KnownPrincipals {
  readonly principals: readonly NamedPrincipal[];
  /** Test files that are passed over, as sentences without an end. */
  readonly notes: readonly string[];
}

/**
 * Everybody who is named: in the configuration, and in files of tests. Who is described twice alike is one; who is described in two ways
 * under one name is two, the later one with its file.
 */
export function findNamedPrincipals(
  configured: ReadonlyMap<string, NamedPrincipal['principal']>,
  tests: readonly TextFile[],
): KnownPrincipals {
  const found = new Map<string, NamedPrincipal>();
  for (const [name, principal] of configured) found.set(name, { name, kind: 'configured', principal });
  const notes: string[] = [];
  for (const { file, text } of tests) {
    const read = readTestFile(file, text);
    if ('problems' in read) {
      const [first] = read.problems;
      notes.push(
        `the principals of ${file} are left out, it cannot be read: line ${first?.line ?? 1}: ${first?.message ?? ''}`,
      );
      continue;
    }
    for (const [name, settings] of Object.entries(read.content.principals)) {
      const principal = toTestPrincipal(name, settings);
      const known = found.get(name);
      if (known === undefined) found.set(name, { name, kind: 'tested', principal });
      else if (toCanonicalJson(known.principal) !== toCanonicalJson(principal)) {
        const own = `${name} (${file})`;
        if (!found.has(own)) found.set(own, { name: own, kind: 'tested', principal });
      }
    }
  }
  return { principals: [...found.values()], notes };
}

/** @throws BailiwickError `USAGE` where somebody is not known. */
export function chooseNamed(known: readonly NamedPrincipal[], names: readonly string[]): NamedPrincipal[] {
  return names.map((name) => {
    const found = known.find((one) => one.name === name);
    if (found !== undefined) return found;
    const all = known.map((one) => one.name);
    const near = suggest(name, all);
    const hint = near === undefined ? `there is ${all.join(', ') || 'nobody'}` : `did you mean ${near}?`;
    throw new BailiwickError(
      'USAGE',
      `--as: no principal "${name}" in the configuration or the tests; ${hint}`,
    );
  });
}
