import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { createProvider } from '../../src/search/embeddings/create-provider.ts';
import { createOnnxProvider } from '../../src/search/embeddings/onnx.ts';
import type { EmbeddingProvider } from '../../src/search/embeddings/provider.ts';
import { EmbeddingSettings } from '../../src/search/embeddings/settings.ts';
import { asOpenAi, json, openStub, type Answer, type StubEndpoint } from './stub-endpoint.ts';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

const NEVER = new AbortController().signal;

async function stubOf(answer: Answer): Promise<StubEndpoint> {
  const stub = await openStub(answer);
  cleanUp.push(stub.close);
  return stub;
}

function providerOf(settings: object, clock: () => number = () => 0): EmbeddingProvider {
  const provider = createProvider(EmbeddingSettings.parse(settings), { files: new Map(), clock });
  cleanUp.push(provider.close);
  return provider;
}

function rounded(vectors: readonly Float32Array[]): number[][] {
  return vectors.map((vector) => [...vector].map((value) => Math.round(value * 1000) / 1000));
}

describe('each provider is spoken to as it documents', () => {
  it('OpenAI: texts in one request, its order by index, a key, further headers', async () => {
    const stub = await stubOf((_, response) =>
      json(response, {
        model: 'small-2',
        data: [
          { index: 1, embedding: [0, 2] },
          { index: 0, embedding: [3, 4] },
        ],
      }),
    );
    const provider = providerOf({
      provider: 'openai',
      url: stub.url,
      model: 'small',
      dimensions: undefined,
      key: 'sk-test',
      headers: { 'x-team': 'search' },
    });
    const { vectors, model } = await provider.embed(['one', 'two'], NEVER);
    expect(rounded(vectors)).toEqual([
      [0.6, 0.8],
      [0, 1],
    ]);
    expect(model).toBe('small-2');
    expect(stub.asked).toMatchObject([
      {
        method: 'POST',
        path: '/v1/embeddings',
        headers: {
          authorization: 'Bearer sk-test',
          'x-team': 'search',
          'content-type': 'application/json',
        },
        body: { model: 'small', input: ['one', 'two'], encoding_format: 'float' },
      },
    ]);
    expect(stub.asked[0]?.body).not.toHaveProperty('dimensions');
  });

  it.each([
    ['', '/v1/embeddings'],
    ['/v1', '/v1/embeddings'],
    ['/openai/v1/', '/openai/v1/embeddings'],
    ['/custom/embeddings', '/custom/embeddings'],
  ])('OpenAI: a URL with the path %j is asked at %s', async (path, at) => {
    const stub = await stubOf(asOpenAi());
    await providerOf({ provider: 'openai', url: stub.url + path, model: 'm' }).embed(['one'], NEVER);
    expect(stub.asked.map((asked) => asked.path)).toEqual([at]);
  });

  it('OpenAI: vectors in base64 are taken as well, and dimensions are asked for', async () => {
    const bytes = Buffer.from(Float32Array.of(3, 4).buffer).toString('base64');
    const stub = await stubOf((_, response) => json(response, { data: [{ embedding: bytes }] }));
    const settings = { provider: 'openai', url: stub.url, model: 'm' };
    const provider = providerOf({ ...settings, dimensions: 8 });
    await expect(provider.embed(['one'], NEVER)).rejects.toThrow('2 dimensions instead of 8');
    expect(stub.asked[0]?.body).toMatchObject({ dimensions: 8 });
    const { vectors, model } = await providerOf(settings).embed(['one'], NEVER);
    expect({ vectors: rounded(vectors), model }).toEqual({ vectors: [[0.6, 0.8]], model: undefined });
  });

  it('Ollama: /api/embed', async () => {
    const stub = await stubOf((_, response) =>
      json(response, { model: 'nomic-embed-text:latest', embeddings: [[0, -5]], total_duration: 1 }),
    );
    const provider = providerOf({ provider: 'ollama', url: `${stub.url}/`, model: 'nomic-embed-text' });
    const { vectors, model } = await provider.embed(['one'], NEVER);
    expect({ vectors: rounded(vectors), model }).toEqual({
      vectors: [[0, -1]],
      model: 'nomic-embed-text:latest',
    });
    expect(stub.asked).toMatchObject([
      { path: '/api/embed', body: { model: 'nomic-embed-text', input: ['one'], truncate: true } },
    ]);
  });

  it('TEI: /embed, and /info for the model, once a minute and after each fault', async () => {
    let time = 0;
    let sha = 'abc';
    let status = 200;
    const stub = await stubOf(({ path }, response) =>
      path === '/info'
        ? json(response, { model_id: 'bge', model_sha: sha, max_client_batch_size: 32 })
        : json(
            response,
            status === 200 ? [[1, 0]] : { error: 'Model is overloaded', error_type: 'Overloaded' },
            status,
          ),
    );
    const provider = providerOf({ provider: 'tei', url: stub.url }, () => time);
    const modelNow = async () => (await provider.embed(['one'], NEVER)).model;
    expect(await modelNow()).toBe('bge@abc');
    sha = 'def';
    expect(await modelNow()).toBe('bge@abc');
    time += 61_000;
    expect(await modelNow()).toBe('bge@def');
    status = 429;
    await expect(provider.embed(['one'], NEVER)).rejects.toMatchObject({ kind: 'retry' });
    status = 200;
    sha = 'ghi';
    expect(await modelNow()).toBe('bge@ghi');
    expect(stub.asked.at(-1)).toMatchObject({
      path: '/embed',
      body: { inputs: ['one'], normalize: true, truncate: true },
    });
    const other = providerOf({ provider: 'tei', url: stub.url, model: 'gte' });
    await expect(other.embed(['one'], NEVER)).rejects.toThrow('serves the model "bge"');
  });

  it('ONNX: the optional package, in the process; without it, what to install', async () => {
    const calls: unknown[] = [];
    const load = () =>
      Promise.resolve({
        pipeline: (...args: unknown[]) => {
          calls.push(args);
          return Promise.resolve((texts: string[], options: object) => {
            calls.push([texts, options]);
            return Promise.resolve({ tolist: () => texts.map(() => [3, 4, 12]) });
          });
        },
      });
    const provider = createOnnxProvider({ model: 'mini', dimensions: 2 }, load);
    expect(rounded((await provider.embed(['one'], NEVER)).vectors)).toEqual([[0.6, 0.8]]);
    await provider.close();
    expect(calls).toEqual([
      ['feature-extraction', 'mini'],
      [['one'], { pooling: 'mean', normalize: true }],
    ]);
    const absent = createOnnxProvider({ model: 'mini' });
    await expect(absent.embed(['one'], NEVER)).rejects.toThrow('npm install @huggingface/transformers');
  });
});

const rows = (...indexes: unknown[]) => indexes.map((index) => ({ index, embedding: [1, 0] }));

const huge = (response: Parameters<Answer>[1], bytes: number, encoding?: string): void => {
  const body = `[${' '.repeat(bytes)}]`;
  response.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding });
  response.end(encoding === undefined ? body : gzipSync(body));
};

const HOSTILE: readonly [what: string, answer: Answer, kind: string, says: string][] = [
  [
    'too few vectors',
    (_, to) => json(to, { embeddings: [[1]] }),
    'retry',
    '/api/embed: its answer is wrong: it holds 1 vectors for 2 texts',
  ],
  ['too many', (_, to) => json(to, { embeddings: [[1], [1], [1]] }), 'retry', '3 vectors for 2 texts'],
  ['other lengths', (_, to) => json(to, { embeddings: [[1, 0], [1]] }), 'retry', '1 dimensions instead of 2'],
  ['texts for numbers', (_, to) => json(to, { embeddings: [['1'], [1]] }), 'retry', 'what is no number'],
  ['infinite numbers', (_, to) => void to.end('{"embeddings":[[1e999],[1]]}'), 'retry', 'what is no number'],
  ['NaN', (_, to) => void to.end('{"embeddings":[[NaN],[1]]}'), 'retry', 'it is not JSON'],
  ['null', (_, to) => json(to, { embeddings: [[null], [1]] }), 'retry', 'what is no number'],
  [
    'zeros',
    (_, to) =>
      json(to, {
        embeddings: [
          [0, 0],
          [1, 0],
        ],
      }),
    'retry',
    'all zero',
  ],
  ['no rows', (_, to) => json(to, { embeddings: [[], []] }), 'retry', 'no list of numbers'],
  ['no list', (_, to) => json(to, { embeddings: { length: 2 } }), 'retry', 'no list of vectors'],
  [
    'too many dimensions',
    (_, to) => json(to, { embeddings: [Array(9000).fill(1), [1]] }),
    'retry',
    '9000 dimensions',
  ],
  ['half a base64', (_, to) => json(to, { embeddings: ['AAAA', 'AAAA'] }), 'retry', 'float32 in base64'],
  ['nothing', (_, to) => void to.end(), 'retry', 'it is not JSON'],
  ['null as a whole', (_, to) => void to.end('null'), 'retry', 'no list of vectors'],
  ['deep nesting', (_, to) => void to.end('['.repeat(200_000)), 'retry', 'it is not JSON'],
  ['10 MB', (_, to) => huge(to, 10_000_000), 'retry', 'more than 589824 bytes'],
  ['10 MB in a few', (_, to) => huge(to, 10_000_000, 'gzip'), 'retry', 'more than 589824 bytes'],
  [
    'a redirect',
    (_, to) => void to.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    'retry',
    'answered 307',
  ],
  ['a broken connection', (_, to) => void to.destroy(), 'retry', 'other side closed'],
  [
    'an error',
    (_, to) => json(to, { error: 'sk-secret-key is wrong' }, 401),
    'retry',
    '401: {"error":"*** is wrong"}',
  ],
  ['too many texts', (_, to) => json(to, { error: 'Batch size error' }, 413), 'too-large', 'answered 413'],
  ['a text that it refuses', (_, to) => json(to, { error: 'no' }, 422), 'refused', 'answered 422'],
];

describe('an endpoint behind TLS', () => {
  it('is trusted by the authority that the settings name, and by no other', async () => {
    const { cert, private: key } = generate([{ name: 'commonName', value: '127.0.0.1' }], {
      algorithm: 'sha256',
      keySize: 2048,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const stub = await openStub((_, to) => json(to, { embeddings: [[1, 0]] }), { cert, key });
    cleanUp.push(stub.close);
    const settings = { provider: 'ollama', url: stub.url, model: 'm', key: 'secret', tls: { ca: '/ca.crt' } };
    const providerTrusting = (files: ReadonlyMap<string, string>): EmbeddingProvider => {
      const provider = createProvider(EmbeddingSettings.parse(settings), { files, clock: () => 0 });
      cleanUp.push(provider.close);
      return provider;
    };
    await expect(providerTrusting(new Map()).embed(['one'], NEVER)).rejects.toThrow('self-signed');
    expect(stub.asked).toEqual([]);
    const trusting = providerTrusting(new Map([['/ca.crt', cert]]));
    expect(rounded((await trusting.embed(['one'], NEVER)).vectors)).toEqual([[1, 0]]);
  });
});

describe('a hostile endpoint', () => {
  it.each(HOSTILE)('answers with %s', async (_, answer, kind, says) => {
    const stub = await stubOf(answer);
    const provider = providerOf({ provider: 'ollama', url: stub.url, model: 'm', key: 'sk-secret-key' });
    const embedding = provider.embed(['one', 'two'], NEVER);
    await expect(embedding).rejects.toMatchObject({ name: 'EmbeddingFault', kind });
    await expect(embedding).rejects.toThrow(says);
    expect(stub.asked).toHaveLength(1);
  });

  it('says which vector is of which text, or nothing of it counts', async () => {
    const stub = await stubOf((_, response) => json(response, { data: rows(0, 0) }));
    const provider = providerOf({ provider: 'openai', url: stub.url, model: 'm' });
    for (const indexes of [
      [0, 0],
      [0, 2],
      [-1, 0],
      [0.5, 1],
      ['0', 1],
    ]) {
      stub.answer = (_, response) => json(response, { data: rows(...indexes) });
      await expect(provider.embed(['one', 'two'], NEVER)).rejects.toThrow('which vector is of which text');
    }
  });

  it('says when to come back', async () => {
    const stub = await stubOf((_, to) => void to.writeHead(503, { 'retry-after': '7' }).end('busy'));
    const provider = providerOf({ provider: 'ollama', url: stub.url, model: 'm' });
    await expect(provider.embed(['one'], NEVER)).rejects.toMatchObject({ kind: 'retry', retryAfterMs: 7000 });
  });

  it('never ends its answer, and is left when nobody waits any more', async () => {
    const stub = await stubOf((_, response) => {
      response.writeHead(200);
      response.write('{"embeddings":');
    });
    const provider = providerOf({ provider: 'ollama', url: stub.url, model: 'm' });
    const leaving = new AbortController();
    const embedding = provider.embed(['one'], leaving.signal);
    await expect.poll(() => stub.asked.length).toBe(1);
    leaving.abort();
    await expect(embedding).rejects.toThrow('no answer in time');
  });

  it('is not there', async () => {
    const stub = await openStub(() => {});
    await stub.close();
    const provider = providerOf({ provider: 'ollama', url: stub.url, model: 'm' });
    await expect(provider.embed(['one'], NEVER)).rejects.toMatchObject({ kind: 'retry' });
  });

  it('stands where no endpoint is but this network has secrets, and is not reached', async () => {
    // Reserved for documents (RFC 5737), under the same rule as link-local addresses and metadata services.
    const settings = EmbeddingSettings.parse({ provider: 'ollama', model: 'm' });
    // The settings would refuse the address, though not a name that leads to it.
    const provider = createProvider(
      { ...settings, url: 'http://192.0.2.1' },
      { files: new Map(), clock: () => 0 },
    );
    cleanUp.push(provider.close);
    await expect(provider.embed(['one'], NEVER)).rejects.toThrow(
      '192.0.2.1 leads to 192.0.2.1, which is reserved',
    );
  });
});
