import fc from 'fast-check';
import { expect, test } from 'vitest';
import { homes } from './homes.ts';
import { runScenario, type Step } from './model.ts';

const process = fc.constantFrom(0, 1);
const nth = fc.nat(20);
const amount = fc.integer({ min: 0, max: 60 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      process,
      limits: fc.constantFrom('hard' as const, 'soft' as const, 'none' as const),
      subject: fc.constantFrom('a', 'b'),
      bound: amount,
      at: fc.constantFrom(1, 1, 1, 5),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      nth,
      share: fc.nat(100),
      known: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), process }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 10, 50) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('jump' as const), seconds: fc.constantFrom(70, 600, -300) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('away' as const),
      process,
      mode: fc.constantFrom('before' as const, 'after' as const, 'settle' as const),
      known: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('back' as const), process }) },
);

test.each(homes)(
  'whatever happens in whatever order, hard budgets hold, and every call counts exactly once (%s)',
  async (_, open) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        await using home = await open();
        await runScenario(home.store, steps, expect);
      }),
      { numRuns: Number(globalThis.process.env['RUNS'] ?? 60) },
    );
  },
);
