import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSigningKey } from '../../src/audit/signing-key.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { loadConfig } from '../../src/config/load.ts';
import { KEYS, notesFiles, startGateway } from '../support/gateway.ts';
import { readRecords } from './support.ts';

function createPem(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
}

const PEMS = { first: createPem(), second: createPem() };
const IDS = { first: parseSigningKey(PEMS.first).id, second: parseSigningKey(PEMS.second).id };

/** A configuration whose keys are these files, in this order. */
function filesWith(...names: (keyof typeof PEMS)[]): Record<string, string> {
  const keys = names.map((name) => `'\${file:${name}.pem}'`).join(', ');
  return {
    ...notesFiles('http://127.0.0.1:9', `audit: { signing: { keys: [${keys}] } }`),
    'first.pem': PEMS.first,
    'second.pem': PEMS.second,
  };
}

test('a gateway signs with its first key, and a reload with a new one in front hands over to that', async () => {
  await using gateway = await startGateway(filesWith('first'));
  const dir = join(gateway.folder, '.bailiwick/audit');
  await gateway.write('bailiwick.yaml', filesWith('second', 'first')['bailiwick.yaml'] ?? '');
  await gateway.reload();
  await gateway.close();

  const [chain = ''] = (await readdir(dir)).filter((name) => !name.startsWith('.'));
  const records = await readRecords(dir, chain);
  const signs = records.find(({ type, detail }) => type === 'key' && detail?.['change'] === 'signs');
  expect(signs?.detail).toMatchObject({ key: IDS.second, before: IDS.first });
  const signers = records.filter(({ type }) => type === 'checkpoint').map(({ detail }) => detail?.['key']);
  expect(new Set(signers)).toEqual(new Set([IDS.first, IDS.second]));
  expect(signers[0]).toBe(IDS.first);
  expect(signers.at(-1)).toBe(IDS.second);
  expect(existsSync(`${dir}-signing.pem`), 'no key is made where one is configured').toBe(false);

  const trust = { keys: [parseSigningKey(PEMS.first)], isRequired: true };
  expect(await verifyDirectory(dir, { trust })).toMatchObject({
    ok: true,
    chains: [{ signatures: { unknown: [] } }],
  });
  const other = { keys: [parseSigningKey(PEMS.second)], isRequired: true };
  expect(await verifyDirectory(dir, { trust: other }), 'the key before has to be known').toMatchObject({
    ok: false,
  });
  expect(gateway.log.join('\n')).not.toContain('PRIVATE KEY');
  expect(JSON.stringify(records)).not.toContain(KEYS.reader);
});

test('what is no Ed25519 key is a problem of the configuration, and is not printed', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsa = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  await using gateway = await startGateway({ ...filesWith('first'), 'second.pem': rsa });
  await gateway.write('bailiwick.yaml', filesWith('second')['bailiwick.yaml'] ?? '');
  const error: unknown = await loadConfig(join(gateway.folder, 'bailiwick.yaml'), {}).catch(
    (thrown: unknown) => thrown,
  );
  expect(String(error)).toContain('must be a PEM file with an unencrypted Ed25519 private key');
  expect(String(error)).not.toContain(rsa.split('\n')[1]);
});
