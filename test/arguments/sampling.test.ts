import { expect, test } from 'vitest';
import { connectAsked } from '../questions/asked-clients.ts';
import { call } from '../questions/raw-modern.ts';
import { answersOf, SAMPLING, serveAskingGateway } from '../questions/support.ts';
import { CLIENT_KINDS } from '../support/clients.ts';

const RULES = (rule: string) => `policy: more\nrules: [ ${rule} ]`;

const DENY_LONG = RULES(
  `{ id: short, effect: deny, what: { source: helpdesk, model: client }, when: 'args.max_tokens > 100 || args.stream' }`,
);

const withTokens = (maxTokens: number) => ({ ...SAMPLING, params: { ...SAMPLING.params, maxTokens } });

test.each(CLIENT_KINDS)('a rule about the model closes what an upstream may ask of it (%s)', async (kind) => {
  const { endpoint, records } = await serveAskingGateway({ rules: DENY_LONG });
  const { client, asked } = await connectAsked(kind, { url: endpoint });
  const result = await client.callTool({
    name: 'helpdesk_ask',
    arguments: { questions: [withTokens(100), withTokens(101)] },
  });
  expect(asked).toMatchObject([{ params: { maxTokens: 100 } }]);
  expect(JSON.stringify(answersOf(result)[1])).toContain('more/short');
  expect(records.find(({ type }) => type === 'call.outcome')?.detail).toMatchObject({
    decisions: [
      {
        method: 'sampling/createMessage',
        effect: 'deny',
        rules: ['more/short'],
        reason: 'rule',
        count: 1,
      },
    ],
  });
});

test.each([
  [
    'denied for want of what it reads',
    `{ id: r, effect: deny, what: { model: '*' }, when: 'args.model == "x"' }`,
  ],
  ['that a person would have to approve', `{ id: r, effect: approve, what: { model: client } }`],
  [
    'whose answer would have to be masked',
    `{ id: r, effect: permit, what: { model: client }, obligations: { mask: [/content] } }`,
  ],
])('what is asked of a model is refused: %s', async (_, rule) => {
  const { endpoint } = await serveAskingGateway({ rules: RULES(rule) });
  const { client, asked } = await connectAsked('v1', { url: endpoint });
  const result = await client.callTool({ name: 'helpdesk_ask', arguments: { questions: [SAMPLING] } });
  expect(asked).toEqual([]);
  expect(JSON.stringify(answersOf(result))).toContain('more/r');
});

test('what policy sets is what the client is asked', async () => {
  const { endpoint } = await serveAskingGateway({
    rules: RULES(
      `{ id: r, effect: permit, what: { model: client }, obligations: { defaults: { model: small } } }`,
    ),
  });
  const { client, asked } = await connectAsked('v1', { url: endpoint });
  await client.callTool({ name: 'helpdesk_ask', arguments: { questions: [SAMPLING] } });
  expect(asked).toMatchObject([{ params: { modelPreferences: { hints: [{ name: 'small' }] } } }]);
});

test('a modern upstream that asks for it in its result is refused alike', async () => {
  const { endpoint } = await serveAskingGateway({ rules: DENY_LONG });
  const answer = await call(endpoint, 'helpdesk_relay', { requests: { a: withTokens(101) }, state: 's' });
  expect(JSON.stringify(answer)).toContain('more/short');
});
