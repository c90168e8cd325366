import { isJsonObject, type Json } from '../../../catalog/json.ts';
import { SkipOperation } from '../reasons.ts';
import { isReference, type References } from '../references.ts';
import { createCycles } from './cycles.ts';
import { firstProblem, inspectSchema, type Inspection } from './inspect.ts';

/** Which schema refers to which. Each schema is walked once, and what was found sound is not walked again. */
export interface ReferenceGraph {
  /** As `SchemaLibrary.check`. */
  check(schema: Json, pointer: string): readonly string[];
  /** True when the schemas at the two pointers are composed of each other, or the one of itself. */
  repeats(a: string, b: string): boolean;
}

/** An empty graph over the schemas that `references` reaches; it grows as it is asked. */
export function createGraph(options: {
  readonly references: References;
  readonly ignoresSiblings: boolean;
}): ReferenceGraph {
  const { references } = options;
  const inspections = new Map<string, Inspection>();
  const cycles = createCycles((pointer) => inspect(pointer).inPlace);
  const sound = new Set<string>();
  const selfComposed = new Set<string>();

  function inspect(pointer: string): Inspection {
    const hit = inspections.get(pointer);
    if (hit !== undefined) return hit;
    const { value } = references.find(pointer, pointer);
    const inspection = withChainProblem(inspectSchema(value, pointer, options), value, pointer);
    inspections.set(pointer, inspection);
    return inspection;
  }

  /** A chain of bare references that never ends defines nothing at all. */
  function withChainProblem(inspection: Inspection, value: Json, pointer: string): Inspection {
    if (inspection.problem !== undefined || !isReference(value)) return inspection;
    try {
      references.follow(value, pointer);
      return inspection;
    } catch (error) {
      if (!(error instanceof SkipOperation)) throw error;
      return { ...inspection, problem: error };
    }
  }

  function check(schema: Json, pointer: string): readonly string[] {
    if (!isJsonObject(schema)) return [];
    const own = inspectSchema(schema, pointer, options);
    let problem = own.problem;
    const fresh = reach(own.refs, (each) => (sound.has(each) ? [] : inspect(each).refs));
    for (const each of fresh) {
      const found = inspect(each).problem;
      if (found !== undefined) problem = firstProblem(problem, found);
    }
    if (problem !== undefined) throw problem;
    for (const each of fresh) {
      if (!sound.has(each) && cycles.share(each, each)) selfComposed.add(each);
      sound.add(each);
    }
    if (selfComposed.size === 0) return [];
    const all = reach(own.refs, (each) => inspect(each).refs);
    return [...all].filter((each) => selfComposed.has(each)).toSorted();
  }

  return { check, repeats: (a, b) => cycles.share(a, b) };
}

/** All that the roots lead to, the roots included. */
function reach(roots: ReadonlySet<string>, next: (pointer: string) => Iterable<string>): Set<string> {
  const visited = new Set(roots);
  const open = [...roots];
  for (let pointer = open.pop(); pointer !== undefined; pointer = open.pop()) {
    for (const each of next(pointer)) {
      if (visited.has(each)) continue;
      visited.add(each);
      open.push(each);
    }
  }
  return visited;
}
