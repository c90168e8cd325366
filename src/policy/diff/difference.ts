import type { JsonObject } from '../../catalog/json.ts';
import type { Access } from '../../catalog/tool.ts';
import type { RuleObligations, Who } from '../rule.ts';
import type { Limit } from '../limit.ts';
import type { ArgumentLimit } from '../narrow/region.ts';
import type { Position } from '../problem.ts';

/** Who gains and who loses what between two sets of policies. */
export interface Difference {
  /** What somebody may do now and might not before. */
  readonly gains: readonly Entry[];
  /** What somebody cannot do any more, whatever the arguments. */
  readonly losses: readonly Entry[];
  /** What somebody can still do, and not as freely as before. */
  readonly narrowed: readonly Entry[];
  readonly limits: readonly LimitChange[];
}

/** One principal, one target. The same pair may be among the gains and among the narrowed. */
export interface Entry {
  /** The name of a principal that was compared. */
  readonly principal: string;
  readonly target: EntryTarget;
  readonly before: Standing;
  readonly after: Standing;
  readonly changes: readonly Change[];
}

export interface EntryTarget {
  readonly kind: 'tool' | 'resource' | 'prompt' | 'model';
  readonly source: string;
  /** The name that people type: of a tool the one that `/mcp` shows, of a resource the URI or the template. */
  readonly name: string;
  readonly access: Access;
}

/** What a principal may do with a target, whatever the arguments are. */
export interface Standing {
  /** Hidden, or what becomes of its calls: permitted, or approved by a human. Where it depends, the better one. */
  readonly effect: 'permit' | 'approve' | 'deny';
  /** Absent: always. `sometimes`: it depends on the arguments, the time or the way. */
  readonly when?: 'sometimes';
  /** Whether a human has to say yes. Absent: never. */
  readonly approval?: 'always' | 'sometimes';
  /** What arguments have to be, as far as a schema says it. */
  readonly limits?: readonly ArgumentLimit[];
  /** What a schema does not say. */
  readonly words?: string;
  /** What is done with the calls, each with its condition where it has one left. */
  readonly obligations?: readonly { readonly obligations: RuleObligations; readonly when?: string }[];
  readonly approvers?: readonly ('self' | Who)[];
}

export type ChangeKind =
  /** From hidden to shown, and the reverse. */
  | 'shown'
  | 'hidden'
  /** Calls that were denied are not any more, and the reverse. */
  | 'more-arguments'
  | 'fewer-arguments'
  /**
   * Conditions say something else, and it cannot be told whether that opens calls beside those that are named (among gains), or closes
   * some (among narrowed). Where neither can be told it is among both.
   */
  | 'other-conditions'
  /** Calls that needed no yes of a human do, and the reverse. */
  | 'approval-added'
  | 'approval-removed'
  /** Who may say yes. */
  | 'approvers'
  | 'obligations-added'
  | 'obligations-removed';

/** What is another. */
export interface Change {
  readonly kind: ChangeKind;
  /** A call that shows it: its arguments, decided before and after. */
  readonly example?: JsonObject;
  /** What has to be beside the arguments of the example: `now.getHours() is 18`. */
  readonly where?: string;
  /** Of `obligations-added` and `obligations-removed`: the members that came or went. */
  readonly obligations?: RuleObligations;
}

/** A limit that came, went, or says something else. */
export interface LimitChange {
  readonly id: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: Pick<Limit, 'who' | 'what' | 'measures'>;
  readonly after?: Pick<Limit, 'who' | 'what' | 'measures'>;
  readonly at: Position;
}
