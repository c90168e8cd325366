import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import type { OpenApiOptions } from '../../src/compile/openapi/settings.ts';
import { bindingOf, lossesOf } from './support.ts';

const list = (...urls: string[]): Json => urls.map((url) => ({ url }));

function compile(document: JsonObject, options: OpenApiOptions = {}) {
  const text = JSON.stringify({ openapi: '3.1.0', info: { title: 'Things', version: '1' }, ...document });
  const contribution = compileOpenApi({ source: 'things', file: 'things.json', text, options });
  const servers = contribution.tools.map((tool) => {
    const { server, ownServer } = bindingOf(tool);
    return [tool.name, server, ownServer];
  });
  return { contribution, servers };
}

test('a server of an operation or a path is told from those of the document, by its host', () => {
  const { contribution, servers } = compile({
    servers: list('https://api.test/v1', 'https://sandbox.test/v1'),
    paths: {
      '/again': { servers: list('https://api.test/v1'), get: {} },
      '/beside': { get: { servers: list('https://api.test/v2') } },
      '/port': { get: { servers: list('https://api.test:8443/v1') } },
      '/relative': { get: { servers: list('/v2') } },
      '/sandbox': { servers: list('https://sandbox.test/v9'), get: {} },
      '/upload': {
        servers: list('https://uploads.test'),
        get: {},
        post: { servers: list('https://evil.test') },
      },
      '/usual': { get: {}, post: { servers: [] } },
    },
  });
  expect(servers).toEqual([
    ['get_again', 'https://api.test/v1', undefined],
    ['get_beside', 'https://api.test/v2', 'here'],
    ['get_port', 'https://api.test:8443/v1', 'elsewhere'],
    ['get_relative', undefined, undefined],
    ['get_sandbox', 'https://sandbox.test/v9', 'here'],
    ['get_upload', 'https://uploads.test', 'elsewhere'],
    ['get_usual', 'https://api.test/v1', undefined],
    ['post_upload', 'https://evil.test', 'elsewhere'],
    ['post_usual', 'https://api.test/v1', undefined],
  ]);
  expect(lossesOf(contribution)).toEqual([
    'foreign-server GET /port',
    'foreign-server GET /upload',
    'foreign-server POST /upload',
  ]);
});

test('in a document without servers, the one host that its operations name is the document’s', () => {
  const paths = {
    '/a': { servers: list('https://api.test/a'), get: {} },
    '/b': { servers: list('https://api.test/b'), get: {} },
    '/c': { get: {} },
  };
  expect(compile({ paths }).servers.map(([, , own]) => own)).toEqual(['here', 'here', undefined]);
  const more = { ...paths, '/d': { servers: list('https://other.test'), get: {} } };
  expect(compile({ paths: more }).servers.map(([, , own]) => own)).toEqual([
    'elsewhere',
    'elsewhere',
    undefined,
    'elsewhere',
  ]);
});

test('a server that configuration names is no loss, one that only begins like it is', () => {
  const paths = {
    '/a': { servers: list('https://uploads.test/v1'), get: {} },
    '/b': { servers: list('https://uploads.test/v1/files'), get: {} },
    '/c': { servers: list('https://uploads.test/v10'), get: {} },
    '/d': { servers: list('https://uploads.test.evil.test/v1'), get: {} },
    '/e': { servers: list('https://uploads.test/v1/../v2'), get: {} },
  };
  const document = { servers: list('https://api.test'), paths };
  const { contribution } = compile(document, { servers: ['https://uploads.test/v1/'] });
  expect(lossesOf(contribution)).toEqual([
    'foreign-server GET /c',
    'foreign-server GET /d',
    'foreign-server GET /e',
  ]);
});

const REGIONAL = {
  servers: [
    {
      url: 'https://{region}.test/{version}',
      variables: { region: { default: 'us', enum: ['us', 'eu'] }, version: { default: 'v1' } },
    },
  ],
  paths: { '/a': { get: {} } },
};

test('configuration sets server variables, and the others keep their defaults', () => {
  const { servers } = compile(REGIONAL, { serverVariables: { region: 'eu' } });
  expect(servers).toEqual([['get_a', 'https://eu.test/v1', undefined]]);
});

test('a variable that no server has, or a value that it does not take, is a configuration error', () => {
  expect(() => compile(REGIONAL, { serverVariables: { regoin: 'eu' } })).toThrow(
    'serverVariables.regoin: no server of the document has this variable; it has: region, version',
  );
  expect(() => compile(REGIONAL, { serverVariables: { region: 'mars' } })).toThrow(
    'serverVariables.region: the document allows us, eu',
  );
});

test('one scheme asked for with different scopes makes alternatives of their own', () => {
  const { contribution } = compile({
    components: { securitySchemes: { login: { type: 'oauth2', flows: {} } } },
    paths: {
      '/a': {
        get: { security: [{ login: ['write', 'read', 7, 'read'] }, { login: ['admin'] }, { login: [] }] },
      },
    },
  });
  expect(bindingOf(contribution.tools[0]!).security).toEqual([
    [{ name: 'login', type: 'oauth2', scopes: ['read', 'write'] }],
    [{ name: 'login', type: 'oauth2', scopes: ['admin'] }],
    [{ name: 'login', type: 'oauth2' }],
  ]);
});
