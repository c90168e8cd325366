import path from 'node:path';
import { checkPolicies } from '../../policy/check.ts';
import type { Problem } from '../../policy/problem.ts';
import type { AddCommand } from '../command.ts';
import { visible, visibleLines } from '../audit/safe-text.ts';
import { count } from '../lock-text.ts';
import { paint } from '../terminal.ts';
import { createPolicyCommand, tellAbsences, withOffer, type OfferOptions } from './offer.ts';

/** `bailiwick policy check`: what is wrong with policies that are well-formed, against the catalog and the lock. */
export const addPolicyCheck: AddCommand = (program, terminal, exit) => {
  const command = createPolicyCommand(
    'check',
    'Find rules that do nothing, say what others say, or do not mean what they seem to',
    [
      'policy check',
      'policy check --offline --json      # in CI: nothing is connected, the lock is the catalog',
    ],
  ).action(async (options: OfferOptions) => {
    await withOffer(terminal, options, (offer) => {
      const { policy, catalog, locked, fromLock, unknown, loaded } = offer;
      const { problems, warnings } = checkPolicies(policy, catalog, {
        locked,
        withToolsOnly: fromLock.map(({ source }) => source),
        unknown: unknown.map(({ source }) => source),
      });
      if (options.json) {
        terminal.out(visibleLines(JSON.stringify({ problems, warnings, fromLock, unknown }, undefined, 2)));
      } else {
        const shown = (one: Problem, mark = ''): string =>
          toLine({ ...one, file: path.relative('.', one.file) }, mark);
        for (const problem of problems) terminal.out(shown(problem));
        for (const warning of warnings) terminal.out(shown(warning, `${paint('yellow', 'warning:')} `));
        tellAbsences(terminal, offer);
        if (problems.length === 0) {
          const what = `${count(policy.rules.length, 'rule')} in ${count(loaded.policyFiles.length, 'file')}`;
          terminal.out(
            warnings.length === 0
              ? paint('green', `${what} in order`)
              : `${what}: no problems, ${count(warnings.length, 'warning')}`,
          );
        }
      }
      if (problems.length > 0) exit(1);
    });
  });
  program.addCommand(command);
};

function toLine({ file, line, column, message }: Problem, mark: string): string {
  return `${visible(file)}:${line}:${column}  ${mark}${visible(message)}`;
}
