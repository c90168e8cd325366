import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { BodyBinding, PartEncoding } from '../../src/catalog/binding.ts';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { binding, context, createOpened, faultOf, planOf, tool } from './fixtures.ts';
import { readDisposition, readMultipart, type DecodedPart } from './form-decoder.ts';

const opened = createOpened();
afterEach(() => opened.closeAll());

type Rules = Partial<Pick<BodyBinding, 'mediaType' | 'nesting'>> & {
  encoding?: Record<string, PartEncoding>;
};

function bodyOf(names: readonly string[], rules: Rules = {}): BodyBinding {
  const properties = names.map((name) => ({ argument: name, name }));
  const shape = { kind: 'properties', required: true, properties } as const;
  return { mediaType: 'multipart/form-data', format: 'multipart', ...rules, shape };
}

/** The parts that reach a server. */
function partsOf(args: JsonObject, rules?: Rules): DecodedPart[] {
  const plan = planOf(binding({ method: 'POST', body: bodyOf(Object.keys(args), rules) }), args);
  return readMultipart(toBytes(plan.body), plan.headers['content-type'] ?? '');
}

/** What a plan shows as text or as a `data:` URL. */
function toBytes(body: string | null): Buffer {
  const base64 = /^data:;base64,(.*)$/s.exec(body ?? '')?.[1];
  return base64 === undefined ? Buffer.from(body ?? '', 'utf8') : Buffer.from(base64, 'base64');
}

function show(part: DecodedPart): string {
  return `${part.headers['content-disposition']} | ${part.headers['content-type']} | ${part.content.toString()}`;
}

const field = (name: string): string => `form-data; name="${name}"`;
const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';

describe('parts have the names, types and contents of OpenAPI 3.1.1', () => {
  test.for<[JsonObject, Rules, string[]]>([
    [{ a: 'x', n: 7 }, {}, [`${field('a')} | ${TEXT} | x`, `${field('n')} | ${TEXT} | 7`]],
    [{ o: { a: 1 } }, {}, [`${field('o')} | ${JSON_TYPE} | {"a":1}`]],
    [{ l: ['x', 'y'] }, {}, [`${field('l')} | ${TEXT} | x`, `${field('l')} | ${TEXT} | y`]],
    [
      { l: [{ a: 1 }, [2]] },
      {},
      [`${field('l')} | ${JSON_TYPE} | {"a":1}`, `${field('l')} | ${JSON_TYPE} | [2]`],
    ],
    [{ a: null, b: '' }, {}, [`${field('b')} | ${TEXT} | `]],
    [
      { a: 'x', o: '<a/>' },
      { encoding: { a: { contentType: JSON_TYPE }, o: { contentType: 'application/xml; charset=utf-8' } } },
      [`${field('a')} | ${JSON_TYPE} | "x"`, `${field('o')} | application/xml; charset=utf-8 | <a/>`],
    ],
    [
      { l: ['x', 'y'] },
      { encoding: { l: { style: 'form', explode: false } } },
      [`${field('l')} | ${TEXT} | x,y`],
    ],
    [{ o: { k: 'ä/b' } }, { encoding: { o: { style: 'deepObject' } } }, [`${field('o[k]')} | ${TEXT} | ä/b`]],
    [{ o: { l: ['x'] } }, { nesting: 'brackets' }, [`${field('o[l][0]')} | ${TEXT} | x`]],
    [{ o: { l: ['x'] } }, { nesting: 'php' }, [`${field('o[l][]')} | ${TEXT} | x`]],
    [{ 'a"b\r\nc': 'x' }, {}, [`${field('a%22b%0D%0Ac')} | ${TEXT} | x`]],
  ])('%j with %j', ([args, rules, expected]) => {
    expect(partsOf(args, rules).map(show)).toEqual(expected);
  });

  test.for<[Json, PartEncoding, string]>([
    [{ text: 'x' }, {}, 'filename="f" | application/octet-stream | x'],
    ['x', {}, 'filename="f" | application/octet-stream | x'],
    [{ data: 'eA==', filename: 'a.txt' }, {}, 'filename="a.txt" | application/octet-stream | x'],
    [{ text: 'x', mimeType: 'text/csv' }, {}, 'filename="f" | text/csv | x'],
    [{ text: 'x' }, { contentType: 'image/png, image/jpeg' }, 'filename="f" | image/png | x'],
    [
      { text: 'x', mimeType: 'image/jpeg' },
      { contentType: 'image/png, image/jpeg' },
      'filename="f" | image/jpeg | x',
    ],
    [{ text: 'x', mimeType: 'image/webp' }, { contentType: 'image/*' }, 'filename="f" | image/webp | x'],
    [{ text: 'x' }, { contentType: 'image/*' }, 'filename="f" | application/octet-stream | x'],
    [{ text: 'x', filename: 'a"\n\\.txt' }, {}, 'filename="a%22%0A\\.txt" | application/octet-stream | x'],
    [{ text: 'x', filename: 'ä 😀.txt' }, {}, 'filename="ä 😀.txt" | application/octet-stream | x'],
    [{ text: 'x' }, { transferEncoding: 'base64' }, 'filename="f" | application/octet-stream | eA=='],
  ])('the file %j with %j', ([f, encoding, expected]) => {
    const [part] = partsOf({ f }, { encoding: { f: { file: 'one', ...encoding } } });
    expect(part && show(part)).toBe(`${field('f')}; ${expected}`);
    expect(part?.headers['content-transfer-encoding']).toBe(encoding.transferEncoding);
  });

  test('a list of files is several parts of one name', () => {
    const args = {
      f: [
        { text: 'x', filename: '1' },
        { data: 'eQ==', filename: '2' },
      ],
    };
    const parts = partsOf(args, { encoding: { f: { file: 'many' } } });
    expect(
      parts.map(
        (part) =>
          `${readDisposition(part, 'name')} ${readDisposition(part, 'filename')} ${part.content.toString()}`,
      ),
    ).toEqual(['f 1 x', 'f 2 y']);
  });

  test('another multipart type keeps its parameters, and a list is parts without names', () => {
    const body: BodyBinding = {
      mediaType: 'multipart/related; type="application/json"; boundary=theirs',
      format: 'multipart',
      shape: { kind: 'whole', argument: 'body' },
    };
    const plan = planOf(binding({ method: 'POST', body }), { body: [{ a: 1 }, 'x'] });
    expect(plan.headers['content-type']).toMatch(
      /^multipart\/related; type="application\/json"; boundary=bailiwick-[0-9a-f]{32}$/,
    );
    const parts = readMultipart(toBytes(plan.body), plan.headers['content-type'] ?? '');
    expect(parts.map((part) => [part.headers, part.content.toString()])).toEqual([
      [{ 'content-type': JSON_TYPE }, '{"a":1}'],
      [{ 'content-type': 'text/plain' }, 'x'],
    ]);
  });
});

describe('what was given arrives byte for byte', () => {
  const name = fc.string({ unit: 'binary', minLength: 1 }).filter((one) => !/%0A|%0D|%22|\0/i.test(one));
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\r\n--', '--bailiwick-', '\r\n\r\n', ''),
  );

  test('names, texts, files and file names, for a parser of RFC 2046', () => {
    const file = fc.record({ bytes: fc.uint8Array({ maxLength: 200 }), filename: name });
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.oneof(text, file), { minKeys: 1, noNullPrototype: true }),
        (given) => {
          const args: [string, Json][] = Object.entries(given).map(([key, value]) => [
            key,
            typeof value === 'string'
              ? value
              : { data: Buffer.from(value.bytes).toString('base64'), filename: value.filename },
          ]);
          const files = Object.entries(given).filter(([, value]) => typeof value !== 'string');
          const encoding = Object.fromEntries(files.map(([key]) => [key, { file: 'one' } as const]));
          const parts = partsOf(Object.fromEntries(args), { encoding });
          expect(parts).toHaveLength(args.length);
          const texts = Object.entries(given).filter(([, value]) => typeof value === 'string');
          for (const [index, [key, value]] of [...texts, ...files].entries()) {
            const part = parts[index]!;
            expect(readDisposition(part, 'name')).toBe(key);
            expect(readDisposition(part, 'filename')).toBe(
              typeof value === 'string' ? undefined : value.filename,
            );
            expect(part.content.equals(typeof value === 'string' ? Buffer.from(value) : value.bytes)).toBe(
              true,
            );
          }
        },
      ),
    );
  });

  test('over a connection, for the parser of form data that Node has', async () => {
    const seen: { name: string; text?: string; file?: string; filename?: string; type?: string }[] = [];
    const { url } = await opened.server(async (request, response) => {
      const form = await new Response(Readable.toWeb(request) as ReadableStream<Uint8Array>, {
        headers: { 'content-type': request.headers['content-type'] ?? '' },
      }).formData();
      for (const [key, value] of form) {
        if (typeof value === 'string') seen.push({ name: key, text: value });
        else {
          const bytes = Buffer.from(await value.arrayBuffer());
          seen.push({ name: key, file: bytes.toString('base64'), filename: value.name, type: value.type });
        }
      }
      response.end('{}');
    });
    const data = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 256)).toString(
      'base64',
    );
    const args = {
      title: 'Grüße 😀\r\nzwei',
      meta: { a: [1] },
      logo: { data, filename: 'lo"go ä.png', mimeType: 'image/png' },
      more: [{ text: 'a,b' }, { data: '' }],
    };
    const encoding = { logo: { file: 'one' }, more: { file: 'many' } } as const;
    const http = binding({ method: 'POST', body: bodyOf(Object.keys(args), { encoding }) });
    const outcome = await opened.source({ url }).callTool(tool(http), args, context());
    expect(outcome.code).toBe(200);
    const octets = 'application/octet-stream';
    expect(seen).toEqual([
      { name: 'title', text: args.title },
      { name: 'meta', text: '{"a":[1]}' },
      { name: 'logo', file: data, filename: 'lo"go ä.png', type: 'image/png' },
      { name: 'more', file: Buffer.from('a,b').toString('base64'), filename: 'more', type: octets },
      { name: 'more', file: '', filename: 'more', type: octets },
    ]);
  });

  test('a plan and a call agree to the byte, boundary included', async () => {
    const received: { type: string | undefined; bytes: Buffer }[] = [];
    const { url } = await opened.server(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
      received.push({ type: request.headers['content-type'], bytes: Buffer.concat(chunks) });
      response.end('{}');
    });
    const http = binding({ method: 'POST', body: bodyOf(['f'], { encoding: { f: { file: 'one' } } }) });
    const source = opened.source({ url });
    for (const f of [{ data: '/9j/' }, { text: 'x' }]) {
      const plan = source.plan(tool(http), { f });
      await source.callTool(tool(http), { f }, context());
      const { type, bytes } = received.pop()!;
      if (!('headers' in plan)) throw new Error('not the plan of an HTTP request');
      expect(plan.headers['content-type']).toBe(type);
      expect(toBytes(plan.body).equals(bytes)).toBe(true);
    }
  });
});

const octets = (more: Partial<BodyBinding> = {}): BodyBinding => ({
  mediaType: 'application/octet-stream',
  format: 'binary',
  shape: { kind: 'whole', argument: 'body' },
  ...more,
});

describe('a body of bytes', () => {
  test.for<[Json, Partial<BodyBinding>, string, string]>([
    [{ data: 'AAH/' }, {}, 'application/octet-stream', 'data:;base64,AAH/'],
    [{ text: 'ä' }, {}, 'application/octet-stream', 'ä'],
    ['plain', {}, 'application/octet-stream', 'plain'],
    [{ text: 'x', mimeType: 'image/png' }, {}, 'application/octet-stream', 'x'],
    [{ text: 'x', mimeType: 'image/png' }, { alternatives: ['image/*'] }, 'image/png', 'x'],
    [
      { text: 'x', mimeType: 'image/jpeg' },
      { mediaType: 'image/png', alternatives: ['image/jpeg'] },
      'image/jpeg',
      'x',
    ],
    [{ text: 'x' }, { mediaType: 'image/png', alternatives: ['image/jpeg'] }, 'image/png', 'x'],
    [{ data: '' }, {}, 'application/octet-stream', ''],
  ])('%j with %j goes as %s', ([body, more, mediaType, content]) => {
    const plan = planOf(binding({ method: 'PUT', body: octets(more) }), { body });
    expect([plan.headers['content-type'], plan.body]).toEqual([mediaType, content]);
  });

  test('arrives byte for byte', async () => {
    const received: Buffer[] = [];
    const { url } = await opened.server(async (request, response) => {
      for await (const chunk of request) received.push(Buffer.from(chunk as Uint8Array));
      response.end('{}');
    });
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const http = binding({ method: 'PUT', body: octets() });
    await opened
      .source({ url })
      .callTool(tool(http), { body: { data: bytes.toString('base64') } }, context());
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
  });
});

test.for<[Json, PartEncoding?]>([
  [{}],
  [{ data: 'eA==', text: 'x' }],
  [{ data: 'eA' }],
  [{ data: 'e' }],
  [{ data: 'eA==\n' }],
  [{ data: 'eB==' }],
  [{ data: 'e-_=' }],
  [{ data: 7 }],
  [{ text: 7 }],
  [{ text: '\uD800' }],
  [{ text: 'x', filename: 7 }],
  [{ text: 'x', mimeType: 'image' }],
  [{ text: 'x', mimeType: 'image/png\r\nX-Evil: 1' }],
  [{ text: 'x', mimeType: 'image/png\n;a=1' }],
  [{ text: 'x', mimeType: 'image/png;a=1\n' }],
  [{ text: 'x', mimeType: 'text/csv' }, { contentType: 'image/png' }],
  [7],
  [true],
  [[{ text: 'x' }, { text: 'y' }]],
])('what is no file is refused with its pointer: %j', async ([f, encoding = {}]) => {
  const fault = await faultOf(() => partsOf({ f }, { encoding: { f: { file: 'one', ...encoding } } }));
  expect([fault.code, fault.data]).toEqual(['INVALID_ARGUMENTS', { pointer: '/f' }]);
});

const megabytes = (count: number): Json => ({ text: 'x'.repeat(count * 1024 * 1024) });

test('the files of a call have a limit, one by one and together', async () => {
  const encoding = { f: { file: 'many' } } as const;
  const one = await faultOf(() => partsOf({ f: [megabytes(26)] }, { encoding }));
  const together = await faultOf(() => partsOf({ f: [megabytes(13), megabytes(13)] }, { encoding }));
  for (const fault of [one, together]) {
    expect([fault.code, fault.data]).toEqual(['INVALID_ARGUMENTS', { pointer: '/f' }]);
    expect(fault.message).toContain('25 MB');
  }
});

test('a member that would arrive as two is refused in a part, where nothing is escaped', async () => {
  const encoding = { l: { style: 'form', explode: false } } as const;
  const fault = await faultOf(() => partsOf({ l: ['a,b'] }, { encoding }));
  expect(fault.data).toEqual({ pointer: '/l' });
});
