import { expect, test } from 'vitest';
import { toClientConfig } from '../../src/audit/sinks/postgres.ts';
import { toSettings } from './support.ts';

const configOf = (postgres: object, ca?: string) =>
  toClientConfig(toSettings({ stdout: undefined, postgres }).postgres!, ca);

test.each([
  ['postgres://u:p@db.example.com/d', true],
  ['postgresql://db.example.com:5432/d', true],
  ['postgres://localhost@db.example.com/d', true],
  ['postgres://localhost:secret@10.0.0.1/d', true],
  ['postgres://localhost.example.com/d', true],
  ['postgres:///d?host=db.example.com', true],
  ['postgres://localhost/d?user=u&host=db.example.com', true],
  ['postgres://127.0.0.1:5432/d', false],
  ['postgres://u:p@localhost/d', false],
  ['postgres://u@[::1]:5432/d', false],
  ['postgres://u@%2Frun%2Fpostgresql/d', false],
  ['postgres:///d?host=/run/postgresql', false],
])('without `tls`, a connection to %s uses TLS: %s', (url, isSecure) => {
  expect(configOf({ url }).ssl !== false).toBe(isSecure);
});

test('`tls` decides for every host', () => {
  expect(configOf({ url: 'postgres://db.example.com/d', tls: false }).ssl).toBe(false);
  expect(configOf({ url: 'postgres://localhost/d', tls: true }).ssl).toEqual({ rejectUnauthorized: true });
  const tls = { ca: '/ca.pem', serverName: 'name' };
  expect(configOf({ url: 'postgres://localhost/d', tls }, 'PEM').ssl).toEqual({
    rejectUnauthorized: true,
    ca: 'PEM',
    servername: 'name',
  });
});
