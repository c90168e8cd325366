import { expect, test } from 'vitest';
import { createLastWords, describeLackOfNetwork } from '../../src/upstream/mcp/last-words.ts';

test.each([
  {
    of: 'Node without a module',
    lines: [
      'node:internal/modules/cjs/loader:1372',
      '  throw err;',
      '  ^',
      "Error: Cannot find module '/app/server.js'",
      '    at Module._load (node:internal/modules/cjs/loader:1)',
      "  code: 'MODULE_NOT_FOUND',",
      '}',
      'Node.js v20.1.0',
    ],
    says: "Error: Cannot find module '/app/server.js'",
  },
  { of: 'a hint after an error', lines: ['token denied', 'set TOKEN'], says: 'token denied … set TOKEN' },
  { of: 'only noise', lines: ['  at x', '}'], says: '' },
  { of: 'a line that steers', lines: ['error \u001B[2J'], says: String.raw`error \u001b[2J` },
  { of: 'a long line', lines: ['x'.repeat(900)], says: `${'x'.repeat(200)}…` },
])('the last words of $of are short and to the point', ({ lines, says }) => {
  const words = createLastWords();
  for (const line of lines) words.hear(line);
  expect(words.toText()).toBe(says);
});

test.each([
  { program: '/usr/bin/npx', network: false, says: 'it has no network in this isolation' },
  { program: 'npx', network: true, says: '' },
  { program: 'node', network: false, says: '' },
])('$program with network $network is said to lack it: "$says"', ({ program, network, says }) => {
  const isolation = { level: 'process', network, folders: [], limits: {}, hidden: [] } as const;
  expect(describeLackOfNetwork({ command: [program], env: {}, isolation })).toBe(says);
});
