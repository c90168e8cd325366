import { expect, test } from 'vitest';
import { createArgumentRecorder } from '../../src/audit/mask/record-arguments.ts';

test('full arguments are kept as they were sent, and of a refused call the masked ones', () => {
  const recorder = createArgumentRecorder({ arguments: 'full', mask: [] }, []);
  expect(recorder.of({ password: 'password-canary' })?.full).toEqual({ password: 'password-canary' });
  expect(JSON.stringify(recorder.ofRefused({ password: 'password-canary' }))).not.toContain(
    'password-canary',
  );
});

test('arguments that cannot be masked are left out of the record, which keeps their digest, and the fault is told', () => {
  const faults: unknown[] = [];
  const recorder = createArgumentRecorder({ arguments: 'masked', mask: [] }, [], (error) =>
    faults.push(error),
  );
  const fault = new RangeError('Maximum call stack size exceeded');
  const schema = (): never => {
    throw fault;
  };
  const kept = { digest: expect.stringMatching(/^sha256:/), masked: '[left out]' };
  expect([recorder.of({ a: 1 }, schema), recorder.ofRefused({ a: 1 }, schema)]).toEqual([kept, kept]);
  expect(faults).toEqual([fault, fault]);
});
