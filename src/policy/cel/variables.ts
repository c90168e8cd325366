import type { Variable } from './expression.ts';

/**
 * Stands for a value that is not known, anywhere in {@link Variables}: a whole variable, or a member of one, like an argument that a
 * record keeps masked.
 */
export const UNKNOWN = Symbol('unknown');

/** By name, JSON in which {@link UNKNOWN} may stand for any value; `now` in milliseconds since the epoch. A variable that is absent is unknown. */
export type Variables = { readonly [name in Variable]?: unknown };
