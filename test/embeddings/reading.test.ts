import { describe, expect, it } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { toolsOnly } from '../../src/catalog/tools-only.ts';
import { createReading } from '../../src/search/reading.ts';

/** A tool that counts how often its schemas are read. */
function toolOf(source: string, name: string, reads: string[]): Tool {
  const read = (): Record<string, never> => {
    reads.push(`${source}/${name}`);
    return {};
  };
  return {
    source,
    name,
    description: `${name} of ${source}`,
    access: 'read',
    scopes: [],
    attributes: {},
    binding: { kind: 'mcp' } as unknown as Tool['binding'],
    get inputSchema() {
      return read();
    },
    get validationSchema() {
      return read();
    },
  };
}

/** A reading whose background is run by hand, on a clock that moves with each look at it. */
function openReading() {
  const read: string[] = [];
  const waiting: (() => void)[] = [];
  const faults: string[] = [];
  let time = 0;
  const reading = createReading({
    *take(source, documents) {
      yield 'a step';
      read.push(documents ? `${source}: ${documents.length}` : `${source} is gone`);
    },
    onFault: (source) => faults.push(source),
    schedule: (callback) => {
      waiting.push(callback);
      return () => waiting.splice(waiting.indexOf(callback), 1);
    },
    clock: () => (time += 3),
  });
  return { reading, read, waiting, faults, runSlice: () => waiting.shift()?.() };
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `tool_${String(index).padStart(3, '0')}`);
}

describe('what is searched follows the catalog', () => {
  it('reads nothing until somebody asks, and then all of it', () => {
    const reads: string[] = [];
    const { reading, read, waiting } = openReading();
    reading.follow(createCatalog([toolsOnly('a', [toolOf('a', 'one', reads)])]));
    expect({ reads, read, waiting }).toEqual({ reads: [], read: [], waiting: [] });
    reading.finish();
    expect(read).toEqual(['a: 1']);
    reading.finish();
    expect(read).toEqual(['a: 1']);
  });

  it('reads again only the sources whose entries are other objects', () => {
    const { reading, read } = openReading();
    const [one, two, three] = ['one', 'two', 'three'].map((name) => toolOf('a', name, []));
    const other = toolsOnly('b', [toolOf('b', 'other', [])]);
    reading.follow(createCatalog([toolsOnly('a', [one!, two!]), other]));
    reading.finish();
    read.length = 0;
    // As after a review: another contribution, of another array, with the same tools.
    reading.follow(createCatalog([toolsOnly('a', [one!, two!]), other]));
    reading.finish();
    expect(read).toEqual([]);
    reading.follow(createCatalog([toolsOnly('a', [one!, three!]), other]));
    reading.finish();
    expect(read).toEqual(['a: 2']);
    reading.forget();
    reading.follow(createCatalog([toolsOnly('a', [one!, three!]), other]));
    reading.finish();
    expect(read.splice(1)).toEqual(['a: 2', 'b: 1']);
    reading.follow(createCatalog([other]));
    reading.finish();
    expect(read).toEqual(['a: 2', 'a is gone']);
  });

  it('reads ahead in slices, and an earlier question finishes what is missing', () => {
    const { reading, read, waiting, runSlice } = openReading();
    const big = toolsOnly(
      'a',
      names(40).map((name) => toolOf('a', name, [])),
    );
    reading.follow(createCatalog([big]));
    reading.readAhead();
    expect(waiting).toHaveLength(1);
    runSlice();
    expect(read).toEqual([]);
    expect(waiting).toHaveLength(1);
    for (let slices = 0; waiting.length > 0 && slices < 100; slices++) runSlice();
    expect(read).toEqual(['a: 40']);
    const next = toolsOnly('b', [toolOf('b', 'one', [])]);
    reading.follow(createCatalog([big, next]));
    reading.finish();
    runSlice();
    expect(read).toEqual(['a: 40', 'b: 1']);
  });

  it('forgets a source that goes, or changes, while it is being read', () => {
    const { reading, read, runSlice } = openReading();
    reading.readAhead();
    reading.follow(
      createCatalog([
        toolsOnly(
          'a',
          names(40).map((name) => toolOf('a', name, [])),
        ),
      ]),
    );
    runSlice();
    reading.follow(createCatalog([toolsOnly('a', [toolOf('a', 'one', [])])]));
    reading.finish();
    expect(read).toEqual(['a: 1']);
    reading.follow(
      createCatalog([
        toolsOnly(
          'a',
          names(2).map((name) => toolOf('a', name, [])),
        ),
      ]),
    );
    reading.follow(createCatalog([]));
    reading.finish();
    expect(read).toEqual(['a: 1', 'a is gone']);
  });

  it('does no more once it is closed', () => {
    const { reading, waiting } = openReading();
    reading.readAhead();
    reading.follow(createCatalog([toolsOnly('a', [toolOf('a', 'one', [])])]));
    expect(waiting).toHaveLength(1);
    reading.close();
    expect(waiting).toHaveLength(0);
  });

  it('loses an entry that cannot be read, and no other', () => {
    const { reading, read, faults } = openReading();
    const broken = Object.defineProperty(toolOf('a', 'broken', []), 'description', {
      get: () => {
        throw new TypeError('no description');
      },
    });
    reading.follow(createCatalog([toolsOnly('a', [toolOf('a', 'one', []), broken])]));
    reading.finish();
    expect(read).toEqual(['a: 1']);
    expect(faults).toEqual(['a']);
  });
});
