import { expect, test } from 'vitest';
import { replaceMarkedSection } from './marked-section.ts';

const document = 'before\n<!-- measured -->\nold\n<!-- /measured -->\nafter\n';

test('only what stands between the markers is replaced, and again the next time', () => {
  const once = replaceMarkedSection(document, 'measured', '\nnew\n');
  expect(once).toBe('before\n<!-- measured -->\nnew\n<!-- /measured -->\nafter\n');
  expect(replaceMarkedSection(once, 'measured', 'new')).toBe(once);
});

test('a document without the markers is refused and not silently left as it is', () => {
  expect(() => replaceMarkedSection(document, 'results', 'new')).toThrow('<!-- results -->');
  expect(() => replaceMarkedSection('<!-- measured -->', 'measured', 'new')).toThrow('<!-- /measured -->');
});
