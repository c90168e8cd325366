import { z } from 'zod';
import { REVISIONS } from './suite.ts';
import type { Revision, ScenarioResult } from './suite.ts';

/** `expected-failures.yaml`: configuration → revision → scenario → why it fails. */
export const ExpectedFailures = z.record(
  z.string(),
  z.partialRecord(z.enum(REVISIONS), z.record(z.string(), z.string().min(1))),
);
export type ExpectedFailures = z.infer<typeof ExpectedFailures>;

/** How one run differs from what was expected of it. Nothing in either list: as expected. */
export interface Deviation {
  /** Failed and nobody said it would. */
  readonly unexpected: readonly string[];
  /** Said to fail, and passed or is not a required scenario. */
  readonly stale: readonly string[];
}

/** Compares the required scenarios of a run with the entries for its configuration and revision. */
export function compareWithExpected(
  results: readonly ScenarioResult[],
  expected: ExpectedFailures,
  configuration: string,
  revision: Revision,
): Deviation {
  const entries = Object.keys(expected[configuration]?.[revision] ?? {});
  const failing = results.filter(({ passes }) => !passes).map(({ scenario }) => scenario);
  return {
    unexpected: failing.filter((scenario) => !entries.includes(scenario)),
    stale: entries.filter((scenario) => !failing.includes(scenario)),
  };
}
