import type { Target } from '../../catalog/entries.ts';
import type { JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Decision, Obligations, RuleId } from '../decision.ts';
import type { CallFacts } from '../facts.ts';
import type { Position } from '../problem.ts';

/** One test for one principal, with all names resolved. */
export type TestCase = DecisionCase | ViewCase;

interface CaseFacts {
  /** Where the test stands. */
  readonly at: Position;
  readonly name: string;
  /** What the file calls the principal. */
  readonly as: string;
  readonly principal: Principal;
}

/** What has to be decided about one call. */
export interface DecisionCase extends CaseFacts {
  readonly kind: 'decision';
  readonly target: Target;
  readonly args: JsonObject;
  readonly call: CallFacts;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly expect: Decision['effect'];
  readonly because?: readonly RuleId[];
  readonly obligations?: Obligations;
}

/** What has to be seen of the catalog. */
export interface ViewCase extends CaseFacts {
  readonly kind: 'view';
  readonly shows: readonly NamedTarget[];
  readonly hides: readonly NamedTarget[];
  readonly narrows: readonly ExpectedNarrowing[];
}

/** A target with the name that the test has for it. */
export interface NamedTarget {
  readonly name: string;
  readonly target: Target;
}

/** What the schema presented for an argument of a tool has to say; `false`: the argument is not presented. */
export interface ExpectedNarrowing {
  readonly name: string;
  readonly tool: Tool;
  /** Names of members from the arguments' root. Empty: all arguments. */
  readonly path: readonly string[];
  readonly keywords: JsonObject | false;
}
