import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../../src/catalog/json.ts';
import { BailiwickError } from '../../src/errors.ts';
import { actionOf } from '../../src/gateway/questions/answers.ts';
import { createHeldCalls } from '../../src/gateway/questions/held-calls.ts';
import { relayQuestions } from '../../src/gateway/questions/relay.ts';
import { toShown } from '../../src/gateway/questions/shown.ts';
import { createQuestionTally } from '../../src/gateway/questions/tally.ts';
import type { Caller } from '../../src/gateway/road.ts';
import { createClock } from '../ledger/support.ts';
import { principal } from '../policy/fixtures.ts';
import { ALL_CAPABILITIES } from './asked-clients.ts';
import { createAskingGateway } from './asking-gateway.ts';
import { FORM, ROOTS, SAMPLING } from './support.ts';

const QUESTIONS = [FORM, SAMPLING, ROOTS];
const ANSWERS: readonly JsonObject[] = [
  { action: 'accept', content: {} },
  { role: 'assistant', model: 'm', content: { type: 'text', text: '' } },
  { roots: [] },
];

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
/** Answers that look like some: the right members with any values, and anything else. */
const hostile: fc.Arbitrary<Json> = fc.oneof(
  json,
  fc.record(
    { action: fc.oneof(json, fc.constantFrom('accept', 'decline', 'cancel')), content: json },
    { requiredKeys: [] },
  ),
  fc.record(
    { role: fc.oneof(json, fc.constant('assistant')), model: json, content: json },
    { requiredKeys: [] },
  ),
  fc.record({ roots: fc.oneof(json, fc.array(json)) }),
);
const strange = fc.constantFrom('__proto__', 'constructor', 'toString', '', 'x');

/** A held call with all questions open. */
async function hold() {
  const clock = createClock();
  let id = 0;
  const held = createHeldCalls({
    newId: () => `key-${(id += 1)}`,
    now: clock.now,
    schedule: clock.schedule,
    timeToLiveMs: 60_000,
    most: 10,
    mostOfOne: 10,
  });
  const signal = new AbortController().signal;
  const round = { signal, clientCapabilities: ALL_CAPABILITIES as unknown as JsonObject };
  const first = await held
    .create('dana', (name) => name)
    .start(round, async ({ ask }) => ({
      answers: await Promise.all(QUESTIONS.map((question) => ask(question, signal))),
    }));
  const call = first['requestState'] as string;
  const keys = Object.keys(first['inputRequests'] as JsonObject);
  const resume = (inputResponses: JsonObject) => held.resume(call, { ...round, inputResponses });
  return { keys, resume };
}

test('whatever a client answers, what is no answer is asked again, and only answers reach the upstream', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostile, { minLength: 3, maxLength: 3 }),
      fc.dictionary(strange, json),
      async (given, more) => {
        const { keys, resume } = await hold();
        const answers = Object.fromEntries(keys.map((key, index) => [key, given[index] ?? null]));
        const isAnswer = QUESTIONS.map((question, index) => actionOf(question, given[index]) !== undefined);
        const second = await resume({ ...more, ...answers });
        if (isAnswer.every(Boolean)) {
          expect(second).toEqual({ answers: given });
          return;
        }
        const again = Object.keys(second['inputRequests'] as JsonObject);
        expect(again).toEqual(keys.filter((_key, index) => !isAnswer[index]));
        const rest = Object.fromEntries(again.map((key) => [key, ANSWERS[keys.indexOf(key)] ?? {}]));
        expect(await resume(rest)).toEqual({
          answers: QUESTIONS.map((_question, index) => (isAnswer[index] ? given[index] : ANSWERS[index])),
        });
      },
    ),
  );
});

const { snapshot } = createAskingGateway();
const caller: Caller = {
  principal: principal(),
  via: { face: 'http' },
  endpoint: { kind: 'all' },
  snapshot,
  context: {
    signal: new AbortController().signal,
    clientCapabilities: ALL_CAPABILITIES,
  },
  round: { seal: (_source, text) => `sealed:${text}` },
};

test('whatever an upstream asks with, it is relayed under its own keys or refused as not MCP', () => {
  const question = fc.record(
    {
      method: fc.oneof(json, fc.constantFrom('elicitation/create', 'sampling/createMessage', 'roots/list')),
      params: fc.oneof(
        json,
        fc.record(
          { mode: fc.constantFrom('url', 'form', 'x'), url: json, message: json, _meta: json },
          { requiredKeys: [] },
        ),
      ),
    },
    { requiredKeys: [] },
  );
  const requests = fc.oneof(json, fc.dictionary(fc.oneof(fc.string(), strange), fc.oneof(question, json)));
  fc.assert(
    fc.property(requests, fc.option(json, { nil: undefined }), (inputRequests, requestState) => {
      const result = {
        resultType: 'input_required',
        inputRequests,
        ...(requestState !== undefined && { requestState }),
      };
      try {
        const shown = relayQuestions(caller, 'helpdesk', result, {
          now: 0,
          tally: createQuestionTally(),
        });
        expect(Object.keys(shown['inputRequests'] as JsonObject)).toEqual(
          Object.keys(inputRequests as JsonObject),
        );
        for (const one of Object.values(shown['inputRequests'] as JsonObject))
          expect(isJsonObject(one) && one['params']).toHaveProperty(
            ['_meta', 'io.bailiwick/source'],
            'helpdesk',
          );
      } catch (error) {
        expect(error).toBeInstanceOf(BailiwickError);
        expect((error as BailiwickError).code).toBe('UPSTREAM_PROTOCOL');
      }
    }),
  );
});

test('a message that a person reads begins with who asks, once, and hides nothing', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '\u0000', '\u001B', '[', '2', 'J', '\u202E', '\u200B', '\n'),
  });
  fc.assert(
    fc.property(text, (message) => {
      const shown = toShown('helpdesk', { method: 'elicitation/create', params: { message } });
      const again = toShown('helpdesk', shown);
      expect(shown.params?.['message']).toMatch(/^helpdesk asks[a :[2J\n]*$/);
      expect(again.params?.['message']).toBe(shown.params?.['message']);
    }),
  );
});
