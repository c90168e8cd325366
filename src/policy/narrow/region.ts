import type { Json } from '../../catalog/json.ts';
import type { Expression } from '../cel/expression.ts';

/**
 * The arguments that one principal may call one tool with: those for which some permit is true and every deny is false (a deny that
 * is an error closes). What is not known beside the arguments (`call`, `now`) may be anything.
 */
export interface Region {
  /** What is left of the permits' conditions. Never empty. */
  readonly permits: readonly Expression[];
  /** What is left of the denies' conditions, and where permits contradict each other. */
  readonly denies: readonly Expression[];
  /**
   * Arguments that every permit pins, to one value: callers need not know of them. `permits` and `denies` say the same of them as of any
   * other argument. Absent: none.
   */
  readonly pinned?: readonly PinnedArgument[];
}

export interface PinnedArgument {
  /** Names of members from the arguments' root. */
  readonly path: readonly string[];
  readonly value: Json;
}

/** What a region comes to. */
export type Narrowing =
  /** No arguments are in it: the tool is hidden. */
  | { readonly kind: 'nothing' }
  /** It says nothing about arguments. */
  | { readonly kind: 'everything' }
  | {
      readonly kind: 'some';
      /**
       * By path of an argument, what its value has to be in every call of the region. Together they may allow more than the region,
       * never less.
       */
      readonly limits: readonly ArgumentLimit[];
      /** What the limits leave unsaid, in words; absent where they say it all. */
      readonly words?: string;
    };

/** What is true of one argument in every call that is permitted. Members that are absent limit nothing. */
export interface ArgumentLimit {
  /** Names of members from the arguments' root, `['metadata', 'namespace']`. */
  readonly path: readonly string[];
  /** Must be given, where the object that it is a member of is. */
  readonly required?: true;
  /** JSON Schema (draft 2020-12) keywords that hold for its value where it is given. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** The only value that `schema` lets through is put in for whoever leaves it out, so that nobody has to be shown it. */
  readonly pinned?: true;
}
