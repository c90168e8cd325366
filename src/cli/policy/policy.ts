import { createCommand, type AddCommand } from '../command.ts';
import { addPolicyDiff } from './diff.ts';
import { addPolicyExplain } from './explain.ts';
import { addPolicyCheck } from './check.ts';
import { addPolicyReplay } from './replay.ts';
import { addPolicySuggest } from './suggest.ts';
import { addPolicyTest } from './test.ts';

/** In the order in which an author needs them. */
const COMMANDS: readonly AddCommand[] = [
  addPolicyCheck,
  addPolicyTest,
  addPolicyExplain,
  addPolicyDiff,
  addPolicyReplay,
  addPolicySuggest,
];

/** `bailiwick policy …`: what a policy means, before it is in force. */
export const addPolicy: AddCommand = (program, terminal, exit) => {
  const policy = createCommand('policy', 'Check, test, explain, compare, replay and suggest policies', [
    'policy check',
    'policy test',
    'policy explain helpdesk_create_refund --as agent',
    'policy diff main HEAD --markdown',
    'policy replay proposed/ --since 7d',
    'policy suggest --since 30d',
  ]);
  for (const add of COMMANDS) add(policy, terminal, exit);
  program.addCommand(policy);
};
