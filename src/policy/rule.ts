import type { Json } from '../catalog/json.ts';
import type { Access } from '../catalog/tool.ts';
import type { Condition } from './cel/condition.ts';
import type { RuleId } from './decision.ts';
import type { Position } from './problem.ts';

export type Effect = 'permit' | 'approve' | 'deny';

/** A value of a claim that `who` compares with. */
export type ClaimValue = string | number | boolean;

/** Whom a rule is about: each member is "any of these", and all members must hold. */
export interface Who {
  readonly scopes?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly team?: readonly string[] | undefined;
  readonly subject?: readonly string[] | undefined;
  readonly client?: readonly string[] | undefined;
  readonly issuer?: readonly string[] | undefined;
  readonly claims?: Readonly<Record<string, readonly ClaimValue[]>> | undefined;
}

/**
 * What a rule is about: each member is "any of these", and all members must hold.
 *
 * `tool`, `tag`, `method` and `path` select only tools, `resource` only resources, `prompt` only prompts, `model` only models;
 * without any of these it covers tools, resources and prompts, and no model. The access of what is no tool is `read`.
 */
export interface What {
  readonly source?: readonly string[] | undefined;
  readonly access?: readonly Access[] | undefined;
  /** Globs over the tool's own name. */
  readonly tool?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly method?: readonly string[] | undefined;
  /** Globs over the path template as the document writes it. */
  readonly path?: readonly string[] | undefined;
  /** Globs over the URI. */
  readonly resource?: readonly string[] | undefined;
  /** Globs over the prompt's own name. */
  readonly prompt?: readonly string[] | undefined;
  /** Globs over the name of a model. */
  readonly model?: readonly string[] | undefined;
}

/** What a permit or an approval asks to be done with the calls that it matches. */
export interface RuleObligations {
  /**
   * Arguments by JSON Pointer, with the only value that they may have. A call that leaves one out gets it; one that gives another
   * value is not what the rule is about. Values are compared as JSON. A permit is not about tools that have no such argument.
   */
  readonly set?: Readonly<Record<string, Json>> | undefined;
  /** Arguments by JSON Pointer, with the value that they get where the caller leaves them out. */
  readonly defaults?: Readonly<Record<string, Json>> | undefined;
  /** JMESPath over a JSON result. */
  readonly select?: string | undefined;
  /** JSON Pointers into the result, in which a part `*` is any member or item. */
  readonly mask?: readonly string[] | undefined;
  /** Calls change nothing: the rule is about tools that have an argument for that only. */
  readonly dryRun?: true | undefined;
}

/** One rule as written; a row of a scopes table is a permit for whoever has the scope. */
export interface Rule {
  readonly id: RuleId;
  readonly effect: Effect;
  /** Absent: everyone. */
  readonly who?: Who | undefined;
  /** Alternatives. Absent: everything. */
  readonly what?: readonly What[] | undefined;
  /** What has to hold of the call. Absent: nothing. */
  readonly when?: Condition | undefined;
  /** On `permit` and `approve` only. */
  readonly obligations?: RuleObligations | undefined;
  /** Who may say yes; on `approve` only. `self`: the caller's own human. */
  readonly approvers?: 'self' | Who | undefined;
  /** Callers who lack only a scope for what it permits may be told so. */
  readonly stepUp?: true | undefined;
}

/** A path into a rule as written, e.g. `['what', 0, 'tool', 1]`; single values count as lists of one. */
export type RulePath = readonly (string | number)[];

/** A rule with its place in a file. */
export interface PlacedRule extends Rule {
  /**
   * Where a part of the rule stands; the nearest part around it where that part is absent. With an offset into a text, like the
   * start of a span of `when`, where that character of the text stands.
   */
  positionOf(path: RulePath, offset?: number): Position;
}
