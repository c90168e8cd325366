import { suggest } from '../../text/suggest.ts';
import type { ConditionProblem } from './condition.ts';
import { MEMBERS } from './environment.ts';
import type { Expression, Span } from './expression.ts';

/** A problem on its way out of a conversion. */
export class Refusal extends Error {
  readonly problem: ConditionProblem;

  constructor(message: string, at: Span) {
    super(message);
    this.problem = { message, at };
  }
}

/** A node of the parser. What `args` is depends on `op`. */
export interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
  /** The whole text. */
  readonly input: string;
}

/** Converts a part; `names` are those that are bound where it stands. */
export type Convert = (node: Node, names: readonly string[], depth: number) => Expression;

/** Refuses what a variable whose members are known does not have. */
export function checkMember(of: Expression, name: string, names: readonly string[], at: Span): void {
  if (of.kind !== 'name' || names.includes(of.name)) return;
  const members = MEMBERS[of.name];
  if (members === undefined || Object.hasOwn(members, name)) return;
  const known = Object.keys(members);
  const near = suggest(name, known);
  const claim = of.name === 'principal' ? `; other claims are in \`principal.claims\`` : '';
  const advice = near === undefined ? `it has ${known.join(', ')}${claim}` : `did you mean \`${near}\`?`;
  throw new Refusal(`\`${of.name}\` has no \`${name}\`; ${advice}`, at);
}
