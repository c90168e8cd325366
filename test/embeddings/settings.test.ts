import { describe, expect, it } from 'vitest';
import { redacted } from '../../src/config/redacted.ts';
import { findPaths } from '../../src/config/paths.ts';
import { Config } from '../../src/config/schema.ts';
import { findEmbeddingFaults } from '../../src/search/embeddings/find-faults.ts';
import { EmbeddingSettings } from '../../src/search/embeddings/settings.ts';

const OPENAI = { provider: 'openai', url: 'https://api.example.com/v1', model: 'small' };

function problemsOf(embeddings: object): string[] {
  const parsed = Config.safeParse({ sources: {}, search: { embeddings } });
  return (parsed.error?.issues ?? []).map((issue) => `${issue.path.slice(2).join('.')}: ${issue.message}`);
}

const faultsOf = (settings: object, files: [string, string][], isInstalled: boolean): string[] =>
  findEmbeddingFaults(EmbeddingSettings.parse(settings), new Map(files), () => isInstalled);

describe('search.embeddings', () => {
  it('is off unless it is written', () => {
    expect(Config.parse({ sources: {} }).search.embeddings).toBeUndefined();
  });

  it.each([
    [OPENAI],
    [{ provider: 'ollama', model: 'nomic-embed-text' }],
    [{ provider: 'tei', url: 'http://tei.models.svc:8080' }],
    [{ provider: 'onnx', model: 'onnx-community/all-MiniLM-L6-v2-ONNX' }],
    [{ ...OPENAI, url: 'http://10.0.0.7:8000', key: 'secret', dimensions: 512, weight: 0.5, timeoutMs: 150 }],
    [{ ...OPENAI, headers: { 'api-key': 'secret' }, tls: { ca: 'tls/ca.crt' }, queryPrefix: 'query: ' }],
  ])('takes %j', (settings) => {
    expect(problemsOf(settings)).toEqual([]);
  });

  it.each([
    [{ provider: 'openai', model: 'm' }, 'url: must be set for `openai`: where the endpoint is'],
    [{ provider: 'openai', url: OPENAI.url }, 'model: must be set for `openai`: which model embeds'],
    [{ provider: 'tei' }, 'url: must be set for `tei`: where the endpoint is'],
    [{ provider: 'onnx', model: 'm', url: OPENAI.url }, 'url: is not for `onnx`, which runs in this process'],
    [{ ...OPENAI, url: 'ftp://example.com' }, 'url: must be an http or https URL'],
    ...['169.254.169.254', '[fe80::1]', '[::ffff:169.254.1.1]', '0.0.0.0'].map((host): [object, string] => [
      { ...OPENAI, url: `http://${host}/` },
      'url: is a link-local, reserved or metadata address, which is never reached',
    ]),
    [
      { ...OPENAI, url: 'https://me:pw@example.com' },
      'url: must not hold a user, a query or a fragment; a credential goes into `key` or `headers`',
    ],
    [
      { ...OPENAI, url: 'http://api.example.com', key: 'secret' },
      'url: must be https where a `key` is given; http is for `localhost` and private addresses',
    ],
    [{ ...OPENAI, key: 'two words' }, 'key: must be printable ASCII without white space, and not empty'],
    [{ ...OPENAI, headers: { 'api key': 'x' } }, 'headers.api key: Invalid key in record'],
    [{ ...OPENAI, weights: 1 }, ': Unrecognized key: "weights"'],
  ])('refuses %j, and says what to do', (settings, problem) => {
    expect(problemsOf(settings)).toEqual([problem]);
  });

  it('is checked for what it needs beside it', () => {
    expect(faultsOf({ provider: 'onnx', model: 'm' }, [], true)).toEqual([]);
    expect(faultsOf({ provider: 'onnx', model: 'm' }, [], false)).toEqual([
      expect.stringContaining('npm install @huggingface/transformers'),
    ]);
    expect(faultsOf({ ...OPENAI, tls: { ca: '/ca' } }, [['/ca', 'no certificate']], true)).toEqual([
      'the file of authorities (`tls.ca`) holds no certificate in PEM',
    ]);
  });

  it('is printed without its credentials, and its paths are absolute', () => {
    const written = {
      ...OPENAI,
      key: 'literal-key',
      headers: { 'api-key': 'literal-header' },
      tls: { ca: 'ca.crt' },
    };
    const config = Config.parse({ sources: {}, search: { embeddings: written } });
    const printed = JSON.stringify(redacted({ config, written: new Map() }));
    expect(printed).toContain('"key":"***"');
    expect(printed).not.toContain('literal');
    expect(findPaths(config, '/etc/bailiwick').filter(({ at }) => at[1] === 'embeddings')).toEqual([
      { at: ['search', 'embeddings', 'tls', 'ca'], kind: 'tls', path: '/etc/bailiwick/ca.crt' },
      { at: ['search', 'embeddings', 'cache'], kind: 'output', path: '/etc/bailiwick/.bailiwick/embeddings' },
    ]);
  });
});
