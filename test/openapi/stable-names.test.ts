import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toShownName } from '../../src/catalog/names.ts';
import { compilePaths } from './support.ts';

/** A document's operations by path: their ids, where they have one. */
type Ids = Record<string, string | undefined>;

function namesOf(ids: Ids): Record<string, string> {
  const paths = Object.fromEntries(
    Object.entries(ids).map(([path, operationId]) => [
      path,
      { get: { ...(operationId && { operationId }) } },
    ]),
  );
  return Object.fromEntries(
    compilePaths(paths).tools.map((tool) => [String(tool.attributes.path), tool.name]),
  );
}

const path = fc.stringMatching(/^\/[a-z]{1,3}(?:\/\{?[a-z]{1,2}\}?){0,2}$/);
const cleanId = fc.stringMatching(/^[a-c_-]{1,4}$/);
const anyId = fc.oneof(cleanId, fc.stringMatching(/^[a-c_./ -]{1,4}$/), fc.constant(''));
const documents = fc.dictionary(path, anyId, { maxKeys: 8, noNullPrototype: true });

test('an operation whose id is clean and its own keeps its name, whatever is added', () => {
  fc.assert(
    fc.property(documents, cleanId, (others, id) => {
      const added = Object.fromEntries(Object.entries(others).filter(([, each]) => each !== id));
      expect(namesOf({ '/one': id })['/one']).toBe(id);
      expect(namesOf({ ...added, '/one': id })['/one']).toBe(id);
    }),
  );
});

/** A name without the hash that tells it apart. */
function bare(name: string): string {
  return name.replace(/_[0-9a-f]{6}$/, '');
}

test('an addition renames only operations that come to the same name as what is added', () => {
  fc.assert(
    fc.property(documents, path, anyId, (before, where, id) => {
      fc.pre(!Object.hasOwn(before, where));
      const [old, after] = [namesOf(before), namesOf({ ...before, [where]: id })];
      const added = bare(after[where] ?? '');
      for (const [place, name] of Object.entries(old)) {
        if (after[place] !== name) expect(bare(name)).toBe(added);
      }
    }),
  );
});

test('a name goes over to another operation only if that operation has it for its id', () => {
  fc.assert(
    fc.property(documents, path, anyId, (before, where, id) => {
      fc.pre(!Object.hasOwn(before, where));
      const [old, after] = [namesOf(before), namesOf({ ...before, [where]: id })];
      if (Object.values(old).includes(after[where] ?? '')) expect(after[where]).toBe(id);
    }),
  );
});

test('with its source before it a name has at most 64 characters', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200 }), (id) => {
      const [name = ''] = Object.values(namesOf({ '/one': id }));
      expect(toShownName('a'.repeat(24), name)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    }),
  );
});
