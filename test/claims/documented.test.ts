import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { IssuerSettings } from '../../src/identity/issuers/settings.ts';

test('the settings of each provider in the documentation are taken as they stand', async () => {
  const page = await readFile(new URL('../../docs/identity.md', import.meta.url), 'utf8');
  const written = [...page.matchAll(/`(\{ preset: [^`]*\})`/g)].map(([, text = '']) => text);
  const presets = written.map((text) => IssuerSettings.parse(parse(text)).preset);
  expect(new Set(presets)).toEqual(new Set(['entra', 'okta', 'keycloak', 'google', 'kubernetes']));
});
