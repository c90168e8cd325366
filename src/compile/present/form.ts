/** How a schema is rendered: every member can only make it shorter and more permissive. */
export interface Form {
  /** Keys that say nothing about which values are valid go, descriptions aside. */
  readonly strip: boolean;
  /** Definitions that are used once are written in their place, schemas that repeat become definitions. */
  readonly share: boolean;
  /** Longest description of what is optional and below the arguments, in characters. */
  readonly deepText: number;
  /** Longest description of everything else. */
  readonly text: number;
  /** Largest enum that is spelled out. */
  readonly enums: number;
  /** Properties below this depth are cut; the arguments themselves have depth 0. */
  readonly depth: number;
  /** At exactly `depth`, only what is heavier than this is cut, in tokens. */
  readonly weight: number;
  /** From this depth on, optional properties are only named. */
  readonly omits: number;
  /** What is required is cut as well. */
  readonly cutsRequired: boolean;
}

/** Everything as it is. */
const WHOLE: Form = {
  strip: false,
  share: false,
  deepText: Infinity,
  text: Infinity,
  enums: Infinity,
  depth: Infinity,
  weight: Infinity,
  omits: Infinity,
  cutsRequired: false,
};

/** One step of the ladder: its name, and the form that it makes. */
export interface Step {
  readonly name: string;
  readonly form: Form;
}

/** Weights that are cut at a depth, the largest first. What is lighter than the last stays. */
const WEIGHTS = [640, 160, 40];

/** What is lighter than this is not worth cutting, in tokens. */
export const LIGHT = 40;

/** Each row changes the form that the rows above it made. */
const CHANGES: readonly (readonly [name: string, change: Partial<Form>])[] = [
  ['whole', {}],
  ['strip annotations', { strip: true }],
  ['share', { share: true }],
  ['first sentences of optional deep fields', { deepText: 160 }],
  ['short sentences of optional deep fields', { deepText: 80 }],
  ['large enums', { enums: 50 }],
  ['first sentences', { text: 320 }],
  ['no descriptions of optional deep fields', { deepText: 0 }],
  ...prune([6, 5, 4, 3, 2, 1], { cutsRequired: false }),
  ['short sentences', { text: 160 }],
  ['medium enums', { enums: 12 }],
  ['only names of optional fields at depth 3', { omits: 3 }],
  ['only names of optional fields at depth 2', { omits: 2 }],
  ['shorter sentences', { text: 80 }],
  ['only names of optional fields at depth 1', { omits: 1 }],
  ...prune([3, 2, 1, 0], { cutsRequired: true }),
  ['no descriptions', { text: 0 }],
  ['small enums', { enums: 3 }],
];

function prune(
  depths: readonly number[],
  change: Partial<Form>,
): (readonly [name: string, change: Partial<Form>])[] {
  const what = change.cutsRequired === true ? 'subtrees' : 'optional subtrees';
  return depths.flatMap((depth) =>
    WEIGHTS.map(
      (weight) => [`${what} at depth ${depth} over ${weight} tokens`, { ...change, depth, weight }] as const,
    ),
  );
}

/** The ladder to the budget, the gentlest step first. A lower row never makes a larger schema. */
export const LADDER: readonly Step[] = accumulate(CHANGES);

function accumulate(changes: typeof CHANGES): Step[] {
  let form = WHOLE;
  return changes.map(([name, change]) => ({ name, form: (form = { ...form, ...change }) }));
}
