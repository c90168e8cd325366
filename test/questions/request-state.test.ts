import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCanonicalJson } from '../../src/catalog/canonical.ts';
import {
  createRequestStates,
  type RequestState,
  type RoundRequest,
} from '../../src/gateway/questions/request-state.ts';
import type { Caller } from '../../src/gateway/road.ts';
import { createSealer } from '../../src/state/sealed.ts';
import { createClock, NOW } from '../ledger/support.ts';
import { principal } from '../policy/fixtures.ts';
import { createAskingGateway } from './asking-gateway.ts';

const { snapshot } = createAskingGateway();

function callerOf(subject: string, source?: string): Caller {
  return {
    principal: principal({ subject }),
    via: { face: 'http' },
    endpoint: source === undefined ? { kind: 'all' } : { kind: 'source', source },
    snapshot,
    context: { signal: new AbortController().signal },
  };
}

const callers = fc.record({
  subject: fc.string({ maxLength: 8 }),
  source: fc.option(fc.constantFrom('helpdesk', 'payroll'), { nil: undefined }),
});
const args = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
const requests: fc.Arbitrary<RoundRequest> = fc.record({
  method: fc.constantFrom('tools/call', 'prompts/get', 'resources/read'),
  name: fc.string({ maxLength: 12 }),
  args: args as fc.Arbitrary<RoundRequest['args']>,
});
const states: fc.Arbitrary<RequestState> = fc.oneof(
  fc.record({
    kind: fc.constant('source' as const),
    source: fc.string(),
    text: fc.string({ unit: 'binary', maxLength: 200 }),
  }),
  fc.record({ kind: fc.constant('held' as const), call: fc.uuid(), process: fc.uuid() }),
);
const clock = createClock();
const sealing = createRequestStates(createSealer(['a secret that is long enough for a test']), clock.now);
const later = NOW + 60_000;

const refusal = expect.objectContaining({ code: 'INVALID_PARAMS' });

test('what was sealed opens for the same caller and request, as it was to the byte', () => {
  fc.assert(
    fc.property(callers, requests, states, ({ subject, source }, request, state) => {
      const text = sealing.seal(callerOf(subject, source), request, state, later);
      expect(sealing.open(callerOf(subject, source), structuredClone(request), text)).toEqual(state);
    }),
  );
});

test('with any other caller, endpoint, method, name or argument it does not open', () => {
  fc.assert(
    fc.property(callers, callers, requests, requests, states, (one, other, request, another, state) => {
      fc.pre(JSON.stringify([one, request]) !== JSON.stringify([other, another]));
      const text = sealing.seal(callerOf(one.subject, one.source), request, state, later);
      for (const [caller, asked] of [
        [other, another],
        [{ ...one, subject: other.subject }, request],
        [{ ...one, source: other.source }, request],
        [one, { ...request, method: another.method }],
        [one, { ...request, name: another.name }],
        [one, { ...request, args: another.args }],
      ] as const) {
        const isSame =
          caller.subject === one.subject &&
          caller.source === one.source &&
          asked.method === request.method &&
          asked.name === request.name &&
          toCanonicalJson(asked.args) === toCanonicalJson(request.args);
        if (isSame) continue;
        expect(() => sealing.open(callerOf(caller.subject, caller.source), asked, text)).toThrow(
          refusal as never,
        );
      }
    }),
  );
});

test('changed in any character, longer or shorter, it does not open', () => {
  const caller = callerOf('dana');
  const request: RoundRequest = { method: 'tools/call', name: 'ask', args: {} };
  fc.assert(
    fc.property(
      states,
      fc.nat(),
      fc.constantFrom('A', 'B', '0', '1', '-', '_', '.', '=', ' ', '\u0000', 'é'),
      fc.constantFrom('set', 'insert', 'cut'),
      (state, at, character, how) => {
        const text = sealing.seal(caller, request, state, later);
        const index = at % text.length;
        const rest = text.slice(how === 'insert' ? index : index + 1);
        const changed = `${text.slice(0, index)}${how === 'cut' ? '' : character}${rest}`;
        fc.pre(changed !== text);
        expect(() => sealing.open(caller, request, changed)).toThrow(refusal as never);
      },
    ),
    { numRuns: 500 },
  );
});

test('whatever a client makes up does not open, and is answered like everything that does not', () => {
  const caller = callerOf('dana');
  const request: RoundRequest = { method: 'tools/call', name: 'ask', args: {} };
  const made = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.base64String(), { minLength: 4, maxLength: 6 }).map((parts) => `r1.${parts.join('.')}`),
    fc.tuple(fc.base64String(), fc.integer()).map(([text, time]) => `r1.${text}.${text}.${text}.${time}`),
  );
  fc.assert(
    fc.property(made, (text) => {
      expect(() => sealing.open(caller, request, text)).toThrow(refusal as never);
    }),
  );
});

test('it does not open when its time is over, nor under another secret', () => {
  const caller = callerOf('dana');
  const request: RoundRequest = { method: 'tools/call', name: 'ask', args: {} };
  const state: RequestState = { kind: 'source', source: 'helpdesk', text: 'x' };
  const now = createClock();
  const secret = createSealer(['a secret that is long enough for a test']);
  const text = createRequestStates(secret, now.now).seal(caller, request, state, NOW + 1_000);
  const others = createRequestStates(createSealer(['another secret, long enough for a test']), now.now);
  expect(() => others.open(caller, request, text)).toThrow(refusal as never);
  now.jump(999);
  expect(createRequestStates(secret, now.now).open(caller, request, text)).toEqual(state);
  now.jump(1);
  expect(() => createRequestStates(secret, now.now).open(caller, request, text)).toThrow(refusal as never);
});
