import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { ALL_SOURCES, uriAt, uriFrom } from '../../src/gateway/endpoint.ts';
import { rewriteDefinition, rewriteUris } from '../../src/gateway/rewrite-uris.ts';

const source = fc.stringMatching(/^[a-z][a-z0-9-]{0,23}$/);

const anyUri = fc.oneof(
  fc
    .tuple(fc.stringMatching(/^[a-z][a-z0-9+.-]{0,10}$/), fc.string())
    .map(([scheme, rest]) => `${scheme}:${rest}`),
  fc
    .constantFrom('ui://', 'UI://', 'ui:', 'file:///', 'https://')
    .chain((start) => fc.string().map((rest) => start + rest)),
  fc.string({ unit: 'binary' }),
);

test('every URI of every source comes back from what clients of /mcp see of it, and no two are seen as one', () => {
  fc.assert(
    fc.property(fc.tuple(source, anyUri), fc.tuple(source, anyUri), (one, other) => {
      const [shown, otherShown] = [uriAt(ALL_SOURCES, ...one), uriAt(ALL_SOURCES, ...other)];
      expect(uriFrom(ALL_SOURCES, shown)).toEqual({ source: one[0], uri: one[1] });
      expect(shown === otherShown).toBe(one[0] === other[0] && one[1] === other[1]);
      expect(uriFrom({ kind: 'source', source: one[0] }, one[1])).toEqual({ source: one[0], uri: one[1] });
    }),
  );
});

test('a ui:// URI stays one, and its source is read off it', () => {
  fc.assert(
    fc.property(source, fc.string(), (name, rest) => {
      const shown = uriAt(ALL_SOURCES, name, `ui://${rest}`);
      expect(shown).toBe(`ui://${name}/${rest}`);
      expect(uriAt({ kind: 'source', source: name }, name, `ui://${rest}`)).toBe(`ui://${rest}`);
    }),
  );
});

test('no text makes a URI unreadable in another way than being unknown', () => {
  fc.assert(
    fc.property(fc.oneof(anyUri, fc.constantFrom('ui://', 'ui:///', 'ui://a', '+', '+x', '')), (text) => {
      const from = uriFrom(ALL_SOURCES, text);
      if (from) expect(typeof from.source).toBe('string');
    }),
  );
});

const APP: JsonObject = {
  ui: {
    resourceUri: 'ui://app/view',
    csp: { connectDomains: ['https://a.example'] },
    permissions: ['camera'],
  },
  'ui/resourceUri': 'ui://app/view',
  other: 'kept',
};

const SHOWN_APP: JsonObject = {
  ...APP,
  ui: { ...(APP['ui'] as JsonObject), resourceUri: 'ui://apps/app/view' },
  'ui/resourceUri': 'ui://apps/app/view',
};

const block = (uri: string): Json => ({
  type: 'resource',
  resource: { uri, text: '', mimeType: 'text/html;profile=mcp-app' },
});

test.each<[string, JsonObject, JsonObject]>([
  ['the app of a result', { _meta: APP }, { _meta: SHOWN_APP }],
  [
    'contents of a read',
    { contents: [{ uri: 'a:b', _meta: APP }] },
    { contents: [{ uri: 'apps+a:b', _meta: SHOWN_APP }] },
  ],
  [
    'a resource link',
    { content: [{ type: 'resource_link', uri: 'a:b' }] },
    { content: [{ type: 'resource_link', uri: 'apps+a:b' }] },
  ],
  ['an embedded resource', { content: [block('ui://x')] }, { content: [block('ui://apps/x')] }],
  [
    'a message with one block',
    { messages: [{ content: block('a:b') }] },
    { messages: [{ content: block('apps+a:b') }] },
  ],
  [
    'a message with several',
    { messages: [{ content: [block('a:b')] }] },
    { messages: [{ content: [block('apps+a:b')] }] },
  ],
  [
    'a tool result in a message',
    { messages: [{ content: [{ type: 'tool_result', content: [block('a:b')] }] }] },
    { messages: [{ content: [{ type: 'tool_result', content: [block('apps+a:b')] }] }] },
  ],
  [
    'structured content, which is data',
    { structuredContent: { uri: 'a:b' } },
    { structuredContent: { uri: 'a:b' } },
  ],
])('URIs are shown as the endpoint has them: %s', (_what, result, shown) => {
  expect(rewriteUris(ALL_SOURCES, 'apps', result)).toEqual(shown);
  expect(rewriteUris({ kind: 'source', source: 'apps' }, 'apps', result)).toBe(result);
});

test('what is not as it should be is passed on as it is', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('content', 'contents', 'messages', '_meta', 'x'), fc.jsonValue()),
      (result) => {
        const plain = JSON.parse(JSON.stringify(result)) as JsonObject;
        expect(Object.keys(rewriteUris(ALL_SOURCES, 'apps', plain))).toEqual(Object.keys(plain));
        expect(Object.keys(rewriteDefinition(ALL_SOURCES, 'apps', plain))).toEqual(Object.keys(plain));
      },
    ),
  );
});
