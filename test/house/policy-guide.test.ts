import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPolicies } from '../../src/policy/load.ts';
import { REPOSITORY } from '../generate.ts';
import { codeBlocksOf } from './code-blocks.ts';

const GUIDE = readFileSync(path.join(REPOSITORY, 'docs/policies.md'), 'utf8');
const blocks = codeBlocksOf(GUIDE);

describe('docs/policies.md', () => {
  const policies = blocks.filter(({ language, text }) => language === 'yaml' && isPolicy(text));

  test.each(policies)('the policy at line $line can be read', ({ line, text }) => {
    const whole = /^policy:/m.test(text) ? text : `policy: p\n${text}`;
    expect(loadPolicies([{ file: `line-${line}.policy.yaml`, text: whole }]).digest).toBeTruthy();
  });
});

function isPolicy(text: string): boolean {
  return /^(?:policy|scopes|rules|limits):/m.test(text) && !/^tests:/m.test(text);
}
