import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import type { LogDestination, LoggerOptions, LogLevel } from '../../src/telemetry/logger.ts';

const CANARY = 'canary-7Hq"\\9+/=\nX';

interface Kept extends LogDestination {
  readonly chunks: string[];
}

function keep(kind: Omit<LogDestination, 'write'> = {}): Kept {
  const chunks: string[] = [];
  return { chunks, write: (line) => chunks.push(line), ...kind };
}

function logged(
  fields: object,
  message: string,
  options: { secrets?: LoggerOptions['secrets']; terminal?: boolean } = {},
): string {
  const destination = keep(options.terminal ? { isTTY: true } : {});
  createLogger('debug', { destination, ...(options.secrets && { secrets: options.secrets }) }).info(
    fields,
    message,
  );
  return destination.chunks.join('');
}

test('a line of the log is a JSON object with time, level, message and the fields', () => {
  const line = logged({ source: 'helpdesk', tools: 6 }, 'source is ready');
  expect(JSON.parse(line)).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    level: 'info',
    source: 'helpdesk',
    tools: 6,
    msg: 'source is ready',
  });
});

test('a level keeps what is below it out', () => {
  const counts = (['debug', 'info', 'warn', 'error', 'silent'] satisfies LogLevel[]).map((level) => {
    const destination = keep();
    const log = createLogger(level, { destination });
    log.debug({}, 'd');
    log.info({}, 'i');
    log.warn({}, 'w');
    log.error({}, 'e');
    return destination.chunks.length;
  });
  expect(counts).toEqual([4, 3, 2, 1, 0]);
});

test('an error is logged with its code, message, stack and causes, and nothing else that hangs on it', () => {
  const inner = Object.assign(new Error('connect refused'), {
    code: 'ECONNREFUSED',
    headers: { authorization: 'x' },
  });
  const err = new BailiwickError('UPSTREAM_UNAVAILABLE', 'cannot be reached', { cause: inner });
  const line = JSON.parse(logged({ err }, 'call failed'));
  expect(line.err).toEqual({
    name: 'BailiwickError',
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'cannot be reached',
    stack: expect.stringContaining('logger.test.ts'),
    cause: { name: 'Error', code: 'ECONNREFUSED', message: 'connect refused', stack: expect.any(String) },
  });
});

test('a cause is followed to the error where it began', () => {
  const first = new Error('began here');
  const err = new Error('outer', { cause: new Error('middle', { cause: first }) });
  expect(JSON.parse(logged({ err }, 'm')).err.cause.cause.message).toBe('began here');
});

test('whatever is thrown can be logged', () => {
  const endless = new Error('endless');
  endless.cause = endless;
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const hostile = {
    toJSON: () => {
      throw new Error('no');
    },
  };
  const things = [
    endless,
    circular,
    hostile,
    'text',
    undefined,
    null,
    7,
    7n,
    Number.NaN,
    Symbol('s'),
    new AggregateError([endless], 'all'),
  ];
  for (const terminal of [false, true]) {
    for (const err of things) {
      const options = { terminal, secrets: () => ['something', 'endless'] };
      const line = logged({ err, fields: err }, 'failed', options);
      expect(line.trimEnd().split('\n')).toHaveLength(1);
      expect(line).toContain('failed');
      expect(line).not.toContain('endless');
    }
  }
});

test('a configured secret never leaves, wherever it stands and however it is written', () => {
  const error = new BailiwickError('INTERNAL', `refused ${CANARY}`, { cause: new Error(`inner ${CANARY}`) });
  const fields = {
    plain: CANARY,
    nested: { list: [`Bearer ${CANARY}`], [CANARY]: true },
    url: `http://127.0.0.1/?key=${encodeURIComponent(CANARY)}`,
    body: JSON.stringify({ password: CANARY }),
    err: error,
  };
  for (const terminal of [false, true]) {
    const line = logged(fields, `message ${CANARY}`, { terminal, secrets: () => ['other-secret', CANARY] });
    for (const piece of ['canary', '7Hq']) expect(line).not.toContain(piece);
    expect(line.match(/\*\*\*/g)?.length).toBeGreaterThanOrEqual(7);
  }
});

test('a line with any secret in it is still JSON, without the secret', () => {
  const destination = keep();
  const secrets: string[] = [];
  const log = createLogger('info', { destination, secrets: () => secrets });
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 6 }),
      fc.string(),
      fc.string(),
      (secret, before, after) => {
        fc.pre(secret.isWellFormed() && !'***'.includes(secret));
        secrets[0] = secret;
        log.info({ value: `${before}${secret}${after}` }, 'm');
        const { value } = JSON.parse(destination.chunks.at(-1) ?? '');
        // A mask between two halves of a secret may not make a new one.
        expect(value.split('***').some((part: string) => part.includes(secret))).toBe(false);
      },
    ),
  );
});

test('digits that are a secret are masked in a number too', () => {
  const line = logged({ account: 12345678 }, 'm', { secrets: () => ['12345678'] });
  expect(JSON.parse(line).account).toBe('***');
});

test('the longer of two secrets that begin alike leaves no end behind', () => {
  const line = logged({ a: 'secret-and-more' }, 'm', { secrets: () => ['secret-', 'secret-and-more'] });
  expect(JSON.parse(line).a).toBe('***');
});

test('a short secret masks nothing: it would hide ordinary words', () => {
  expect(JSON.parse(logged({ a: 'admin' }, 'm', { secrets: () => ['admin', ''] })).a).toBe('admin');
});

test('a secret that was rotated in is masked from then on', () => {
  const destination = keep();
  const secrets = ['first-secret'];
  const log = createLogger('info', { destination, secrets: () => secrets });
  log.info({}, 'first-secret second-secret');
  secrets[0] = 'second-secret';
  log.info({}, 'first-secret second-secret');
  expect(destination.chunks.map((line) => JSON.parse(line).msg)).toEqual([
    '*** second-secret',
    'first-secret ***',
  ]);
});

const HOSTILE =
  'x\n{"level":"error","msg":"forged"}\r\u001b[2J\u009b31m\u2028\u202egnp.exe\u200b\u00ad\u{e0041}\u007f\u0000';

test('hostile text cannot end its line, begin another, or steer a terminal', () => {
  const hostile = new Error(HOSTILE);
  const fields = { value: HOSTILE, [HOSTILE]: 1, err: hostile };
  for (const terminal of [false, true]) {
    const line = logged(fields, HOSTILE, { terminal });
    expect(line.endsWith('\n')).toBe(true);
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
  }
  // Escaped, not lost.
  expect(JSON.parse(logged(fields, HOSTILE))).toMatchObject({ msg: HOSTILE, value: HOSTILE });
});

test('any text at all stays within one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, terminal) => {
      const line = logged({ text }, text, { terminal });
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    }),
  );
});

test('on a terminal a line reads as a sentence with its facts', () => {
  const err = new BailiwickError('UPSTREAM_TIMEOUT', 'no answer', { cause: new Error('slow') });
  const line = logged({ source: 'files', ms: 12, names: ['a b'], err }, 'call failed', { terminal: true });
  expect(line).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} INFO {2}call failed source=files ms=12 names=\["a b"\] err="UPSTREAM_TIMEOUT: no answer <- Error: slow" \(at .*logger\.test\.ts:\d+:\d+\)?\)\n$/,
  );
});

function withoutTime(line = ''): string {
  return stripVTControlCharacters(line).slice(12);
}

test('colours are for terminals that have them, and change nothing but colour', () => {
  const plain = keep({ isTTY: true, hasColors: () => false });
  const coloured = keep({ isTTY: true, hasColors: () => true });
  for (const destination of [plain, coloured]) {
    createLogger('info', { destination }).warn({ a: 1 }, 'careful');
  }
  expect(plain.chunks[0]).not.toContain('\u001b');
  expect(coloured.chunks[0]).toContain('\u001b[33m');
  expect(withoutTime(coloured.chunks[0])).toBe(withoutTime(plain.chunks[0]));
});

test('by default the log goes to standard error, to the last line, even when the process exits at once', async () => {
  const module = join(import.meta.dirname, '../../src/telemetry/logger.ts');
  const script = `
    import { createLogger } from ${JSON.stringify(module)};
    const log = createLogger('info');
    for (let count = 0; count < 500; count += 1) log.info({ count }, 'line');
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  let [output, errors] = ['', ''];
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  await once(child, 'close');
  expect(output).toBe('');
  expect(
    errors
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).count),
  ).toEqual(Array.from({ length: 500 }, (_, count) => count));
});
