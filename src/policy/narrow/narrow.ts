import type { JsonSchema } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { boxesWithin } from './boxes-within.ts';
import { hullOfBoxes } from './box.ts';
import { toLimits } from './limits.ts';
import { createMemory, type Memory } from './memory.ts';
import type { Narrowing, Region } from './region.ts';
import { restrict } from './restrict.ts';
import { readSchema } from './schema-node.ts';
import { signatureOf } from './schema-signature.ts';
import { solve, type Solution } from './solve.ts';
import { wordsFor } from './words.ts';

const NOTHING: Narrowing = { kind: 'nothing' };
const EVERYTHING: Narrowing = { kind: 'everything' };

/**
 * What a region comes to for a tool.
 *
 * Sound always: what it calls `nothing` has no arguments that would be permitted, and no limit excludes a call that would be. Exact for
 * conditions made of `== != < <= > >= in startsWith has && || !` over paths of arguments and constants: there `nothing` is
 * said whenever it is true, of all arguments that the tool's schema lets through. That ends where a region falls into too many cases
 * to be kept apart, and where the schema says more than what a {@link readSchema} reads.
 */
export function narrow(region: Region, tool: Pick<Tool, 'inputSchema'>): Narrowing {
  const solved = solvedOf(region);
  const { inputSchema } = tool;
  const before = solved.bySchema.get(inputSchema);
  if (before !== undefined) return before;
  const signature = signatureOf(inputSchema, solved.names);
  const compute = (): Narrowing => narrowTo(region, solved.solution, inputSchema);
  const narrowing = signature === undefined ? compute() : solved.bySignature.of(signature, compute);
  solved.bySchema.set(inputSchema, narrowing);
  return narrowing;
}

/** A region with what it came to: the same one comes back for every tool that the same rules are about. */
interface Solved {
  readonly solution: Solution;
  /** The arguments that it is about. */
  readonly names: readonly string[];
  readonly bySchema: WeakMap<JsonSchema, Narrowing>;
  readonly bySignature: Memory<Narrowing>;
}

const known = new WeakMap<Solution, Solved>();

function solvedOf(region: Region): Solved {
  const solution = solve(region);
  let solved = known.get(solution);
  if (solved === undefined) known.set(solution, (solved = toSolved(solution)));
  return solved;
}

function toSolved(solution: Solution): Solved {
  const parts = [...solution.permits.flat(), ...solution.denies].flatMap(({ boxes }) => boxes);
  const names = new Set(
    [...solution.boxes, ...parts].flatMap(({ shape, notes }) => [
      ...shape.members.keys(),
      ...notes.flatMap(({ path }) => path.slice(0, 1)),
    ]),
  );
  return { solution, names: [...names], bySchema: new WeakMap(), bySignature: createMemory(64) };
}

function narrowTo(region: Region, solution: Solution, schema: JsonSchema): Narrowing {
  const node = readSchema(schema);
  const boxes = boxesWithin(solution.boxes, node);
  if (boxes.length === 0) return NOTHING;
  const { limits, said } = toLimits(hullOfBoxes(boxes), node);
  const words = wordsFor(region, solution, restrict(said, node));
  if (words !== undefined) return { kind: 'some', limits, words };
  return limits.length === 0 ? EVERYTHING : { kind: 'some', limits };
}
