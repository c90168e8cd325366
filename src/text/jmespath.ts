import { compile, TreeInterpreter } from '@jmespath-community/jmespath';
import type { Json, JsonObject } from '../catalog/json.ts';

/** A JMESPath expression that parsed. */
export type JmesPath = ReturnType<typeof compile>;

/** Longest expression, in characters. */
const MAX_EXPRESSION = 1000;

/** Steps of one evaluation: a node visited is one, and what a function reads is one for every {@link CHARACTERS_PER_STEP}. */
const MAX_STEPS = 1_500_000;
const CHARACTERS_PER_STEP = 16;

/** How much larger than its input a value may become on the way, in characters of JSON. */
const MAX_GROWTH = 1_000_000;

/** Functions of the JMESPath Community specification whose cost is that of their arguments; padding and replacing grow text. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'abs avg ceil contains ends_with find_first find_last floor from_items group_by items join keys length lower map max ' +
    'max_by merge min min_by not_null reverse sort sort_by split starts_with sum to_array to_number to_string trim ' +
    'trim_left trim_right type upper values zip'
  ).split(' '),
);

/** What these cost does not depend on what is nested in their arguments. */
const SHALLOW: ReadonlySet<string> = new Set(['length', 'not_null', 'type', 'to_array', 'to_number', 'map']);

/**
 * Parses an expression of the JMESPath Community specification, without `let` and without functions that make text longer.
 *
 * @throws Error with a message for the expression's author.
 */
export function parseJmesPath(text: string): JmesPath {
  if (text.length > MAX_EXPRESSION) throw new Error(`longer than ${MAX_EXPRESSION} characters`);
  const expression = compile(text);
  checkFunctions(expression);
  return expression;
}

function checkFunctions(node: unknown): void {
  if (Array.isArray(node)) for (const each of node) checkFunctions(each);
  if (typeof node !== 'object' || node === null || !('type' in node)) return;
  if (node.type === 'Literal') return;
  if (node.type === 'LetExpression') throw new Error('`let` is not supported');
  if (node.type === 'Variable') throw new Error('variables are not supported');
  if (node.type === 'Function' && 'name' in node) checkFunction(node.name);
  for (const member of Object.values(node)) checkFunctions(member);
}

function checkFunction(name: unknown): void {
  if (typeof name === 'string' && FUNCTIONS.has(name)) return;
  throw new Error(`there is no function ${String(name)}()`);
}

/**
 * The value that the expression selects. Total and bounded: own members only, a number of steps and a size of values on the
 * way that no expression and no input exceeds.
 *
 * @throws Error with a message for the expression's author: a function that was given another type than it takes, or an
 *   evaluation that takes too much.
 */
export function evaluateJmesPath(expression: JmesPath, value: Json): Json {
  try {
    return new Evaluation(value).run(expression);
  } catch (error) {
    if (error instanceof RangeError) throw new Error('nested too deeply to be evaluated', { cause: error });
    throw error;
  }
}

type Node = JmesPath;
type Visited = Parameters<(typeof TreeInterpreter)['visit']>[1];

/** The library exports one interpreter and not its class. */
const Interpreter = TreeInterpreter.constructor as new () => typeof TreeInterpreter;

class Evaluation extends Interpreter {
  readonly #root: Json;
  readonly #weights = new WeakMap<object, number>();
  readonly #maxWeight: number;
  #steps = 0;

  constructor(root: Json) {
    super();
    this.#root = root;
    this.#maxWeight = this.#weigh(root) + MAX_GROWTH;
  }

  run(expression: Node): Json {
    return this.search(expression, this.#root);
  }

  override visit(node: Node, value: Visited): Visited {
    this.#spend(1);
    const result = this.#step(node, value);
    // What the runtime knows as a reference to an expression is no value, and has no weight.
    if (node.type !== 'ExpressionReference' && this.#weigh(result as Json) > this.#maxWeight) {
      throw new Error('the result is too large');
    }
    return result;
  }

  #step(node: Node, value: Visited): Visited {
    switch (node.type) {
      case 'Field':
        return ownMember(value as Json, node.name);
      case 'MultiSelectHash':
        return Object.fromEntries(
          node.children.map((child) => [child.name, this.visit(child.value, value)]),
        ) as JsonObject;
      case 'Slice':
        if (typeof value === 'string' || Array.isArray(value)) this.#spend(value.length);
        return super.visit(node, value);
      case 'Comparator': {
        const sides = [this.visit(node.left, value), this.visit(node.right, value)] as Json[];
        this.#spendOn(sides);
        const [left, right] = sides.map((side) => ({ type: 'Literal', value: side }) as const);
        return super.visit({ ...node, left: left!, right: right! }, value);
      }
      case 'Function':
        return this.#call(node.name, node.children, value);
      default:
        return super.visit(node, value);
    }
  }

  #call(name: string, parameters: readonly Node[], value: Visited): Visited {
    // Checked again: data that looks like a reference to an expression would be taken for one.
    checkFunction(name);
    const given = parameters.map((parameter) => this.visit(parameter, value));
    if (!SHALLOW.has(name)) this.#spendOn(given as Json[]);
    const [glue, parts] = given;
    if (name === 'join' && typeof glue === 'string' && Array.isArray(parts)) {
      if (glue.length * parts.length > this.#maxWeight) throw new Error('the result is too large');
    }
    return this.runtime.callFunction(name, given);
  }

  #spendOn(values: readonly Json[]): void {
    const weight = values.reduce<number>((sum, each) => sum + this.#weigh(each), 0);
    this.#spend(Math.ceil(weight / CHARACTERS_PER_STEP));
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new Error('the expression takes too many steps on this answer');
  }

  /** About the length of the value's JSON text. A value that is shared counts wherever it is, and is measured once. */
  #weigh(value: Json): number {
    if (typeof value === 'string') return value.length + 2;
    if (typeof value !== 'object' || value === null) return 5;
    const known = this.#weights.get(value);
    if (known !== undefined) return known;
    const weight = Array.isArray(value)
      ? value.reduce<number>((sum, item) => sum + this.#weigh(item) + 1, 2)
      : Object.entries(value).reduce((sum, [key, item]) => sum + key.length + 4 + this.#weigh(item), 2);
    this.#weights.set(value, weight);
    return weight;
  }
}

function ownMember(value: Json, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.hasOwn(value, name) ? (value[name] ?? null) : null;
}
