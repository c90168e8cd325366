import type { Proof } from './proof.ts';

/** One thing that was looked at on the way from a credential to its principal. Holds no credential. */
export interface Step {
  /** What was looked at, in a few words: `issuer`, `signature`, `audience`. */
  readonly name: string;
  readonly ok: boolean;
  /** What was found, and where it is not `ok`, what was wanted and what to do. A sentence for the operator. */
  readonly detail: string;
  /** What is proven from this step on, but for what later steps find. */
  readonly proof?: Proof;
}

/** Told of each step as it is taken. Absent: nobody wants to know, and no text is made. */
export type Trace = (step: Step) => void;
