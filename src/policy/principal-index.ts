import type { Principal } from '../identity/principal.ts';
import type { CompiledRule } from './policy-set.ts';
import type { Who } from './rule.ts';

/** By position of a rule: 1 where it is about the principal. */
export type PrincipalIndex = (principal: Principal) => Uint8Array;

/** Files each rule under one member of its `who`, so that only rules about something that a principal has are asked. */
export function createPrincipalIndex(rules: readonly CompiledRule[]): PrincipalIndex {
  const filed = new Map<string, number[]>();
  for (const [position, { who }] of rules.entries()) {
    for (const key of keysOf(who)) {
      const positions = filed.get(key);
      if (positions === undefined) filed.set(key, [position]);
      else positions.push(position);
    }
  }
  return function findApplicable(principal) {
    const applies = new Uint8Array(rules.length);
    const ask = (key: string): void => {
      for (const position of filed.get(key) ?? []) {
        if (applies[position] === 0 && rules[position]?.matchesPrincipal(principal)) applies[position] = 1;
      }
    };
    const { subject, team, client, scopes, groups } = principal;
    ask(ANYBODY);
    ask(`subject ${subject}`);
    if (team !== undefined) ask(`team ${team}`);
    if (client !== undefined) ask(`client ${client}`);
    for (const scope of scopes) ask(`scope ${scope}`);
    for (const group of groups) ask(`group ${group}`);
    return applies;
  };
}

const ANYBODY = '';

/** By the member that few principals share. */
function keysOf({ subject, team, client, scopes, groups }: Who = {}): readonly string[] {
  if (subject) return subject.map((value) => `subject ${value}`);
  if (team) return team.map((value) => `team ${value}`);
  if (client) return client.map((value) => `client ${value}`);
  if (scopes) return scopes.map((value) => `scope ${value}`);
  if (groups) return groups.map((value) => `group ${value}`);
  return [ANYBODY];
}
