import { hashKey } from '../../src/identity/static-keys.ts';

export const KEYS = { dana: 'bw_dana-key-canary-0001', otto: 'bw_otto-key-canary-0002' };

/** Dana reads and writes, Otto reads. */
const POLICY = `
policy: ops
scopes:
  ops:read: { source: ops, access: read }
  ops:write: { source: ops, access: [write, destructive] }
`;

/** A configuration with local tools; more YAML of the source may follow. */
export function toConfig(source = '', more = ''): string {
  return `
server: { listen: '127.0.0.1:0' }
identity:
  local: false
  principals:
    dana: { scopes: [ops:read, ops:write], groups: [leads], team: core, claims: { region: eu } }
    otto: { scopes: [ops:read] }
  keys:
    - { principal: dana, hash: '${hashKey(KEYS.dana)}' }
    - { principal: otto, hash: '${hashKey(KEYS.otto)}' }
sources:
  ops:
    tools: ./tools/*.ts
${source}
${more}
`;
}

/** With zod, types that are stripped, and a default that the schema adds. */
const GREET = `
import { defineTool } from 'bailiwick';
import { z } from 'zod';

type Salutation = 'Hello' | 'Good day';

export default defineTool({
  name: 'greet',
  description: 'Greets somebody',
  input: z.object({ name: z.string().min(1), salutation: z.enum(['Hello', 'Good day']).default('Hello') }),
  access: 'read',
  run({ name, salutation }) {
    console.log('printing is no protocol');
    const chosen: Salutation = salutation;
    return \`\${chosen}, \${name}\`;
  },
});
`;

/** Members exported by themselves, JSON Schema, an output. */
const WHO = `
export const name = 'who';
export const description = 'Says who calls';
export const inputSchema = { type: 'object', properties: { deep: { type: 'boolean' } } };
export const output = { type: 'object', properties: { subject: { type: 'string' } }, required: ['subject'] };
export const access = 'read';
export const run = (_args, { principal }) => ({ ...principal, environment: Object.keys(process.env).sort() });
`;

const DROP = `
export default {
  name: 'drop',
  description: 'Drops the table',
  run: () => { throw new Error('the table is stuck'); },
};
`;

/** Runs until it is told to stop. */
const WAIT = `
export default {
  name: 'wait',
  description: 'Waits',
  access: 'write',
  run: (_args, { signal, progress }) => new Promise((resolve, reject) => {
    progress(1, 2, 'waiting');
    const timer = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => { clearInterval(timer); process.stderr.write('was stopped\\n'); reject(new Error('stopped')); });
  }),
};
`;

export const FILES: Record<string, string> = {
  'policies/ops.policy.yaml': POLICY,
  'tools/greet.ts': GREET,
  'tools/who.ts': WHO,
  'tools/drop.ts': DROP,
  'tools/wait.ts': WAIT,
};
