import type { Client } from '@modelcontextprotocol/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './credentials.ts';

type Play = (client: Client, context: Context) => Promise<void>;

/** What a client does in each scenario, by the scenario's name; `auth/*` is one play. */
const PLAYS: Record<string, Play> = {
  initialize: listTools,
  'request-metadata': listTools,
  'json-schema-ref-no-deref': listTools,
  tools_call: (client) => call(client, 'add_numbers', { a: 5, b: 3 }),
  'sse-retry': (client) => call(client, 'test_reconnection'),
  'elicitation-sep1034-client-defaults': (client) => call(client, 'test_client_elicitation_defaults'),
  'http-standard-headers': useEverything,
  'http-custom-headers': callAsTold,
  'http-invalid-tool-headers': callAll,
  async 'sep-2322-client-request-state'(client) {
    for (const name of ['echo_state', 'unrelated', 'no_state', 'unrelated', 'no_result_type']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another, as the scenario counts them
      await call(client, `test_mrtr_${name}`);
    }
  },
  async 'json-schema-2020-12-preservation'(client) {
    const { tools } = await client.listTools();
    const focal = tools.find(({ name }) => name === 'json_schema_2020_12_tool');
    await call(client, 'json_schema_echo', { schema: focal?.inputSchema });
  },
};

/** How often, and for how long, it is looked for the tools of a server that somebody has just signed in to. */
const MOST_LOOKS = 50;
const LOOKS_AFTER_A_MOVE = 250;
const LOOKS_PER_SIGN_IN = 10;
const LOOK_AGAIN_MS = 100;

/** Plays one scenario. @throws where the suite's server was not reached */
export async function play(scenario: string, client: Client, context: Context): Promise<void> {
  const named = PLAYS[scenario];
  if (named !== undefined) return named(client, context);
  if (scenario === 'auth/authorization-server-migration') return signIn(client, LOOKS_AFTER_A_MOVE);
  if (scenario.startsWith('auth/')) return signIn(client, MOST_LOOKS);
  throw new Error(`nothing is known of the scenario ${scenario}`);
}

async function listTools(client: Client): Promise<void> {
  await client.listTools();
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<void> {
  const { isError, content } = await client.callTool({ name, arguments: args });
  if (isError) throw new Error(`${name} failed: ${JSON.stringify(content)}`);
}

/** Signs in where that is all that is offered, then calls twice: a server may change its mind after the first call. */
async function signIn(client: Client, looks: number): Promise<void> {
  const names = async (): Promise<string[]> =>
    (await client.listTools(undefined, { cacheMode: 'refresh' })).tools.map(({ name }) => name);
  for (let attempts = 0; attempts < looks; attempts++) {
    const offered = await names();
    if (offered.includes('test-tool')) break;
    // Once more where the server has changed its mind about the first one.
    if (attempts % LOOKS_PER_SIGN_IN === 0 && offered.includes('sign_in')) await call(client, 'sign_in');
    await sleep(LOOK_AGAIN_MS);
  }
  await call(client, 'test-tool');
  await call(client, 'test-tool');
}

/** Everything that a server offers, once each. */
async function useEverything(client: Client): Promise<void> {
  await callAll(client);
  for (const { uri } of (await client.listResources()).resources) {
    // oxlint-disable-next-line no-await-in-loop
    await client.readResource({ uri });
  }
  for (const { name } of (await client.listPrompts()).prompts) {
    // oxlint-disable-next-line no-await-in-loop
    await client.getPrompt({ name });
  }
}

async function callAll(client: Client): Promise<void> {
  for (const { name, inputSchema } of (await client.listTools()).tools) {
    const required = (inputSchema.required ?? []).map((argument) => [argument, 'us-west1']);
    // oxlint-disable-next-line no-await-in-loop
    await call(client, name, Object.fromEntries(required));
  }
}

/** The calls of the context. An argument that is null where the schema allows none is left out: the gateway refuses it. */
async function callAsTold(client: Client, { toolCalls = [] }: Context): Promise<void> {
  await client.listTools();
  for (const { name, arguments: args } of toolCalls) {
    const given = Object.entries(args).filter(([, value]) => value !== null);
    // oxlint-disable-next-line no-await-in-loop
    await call(client, name, Object.fromEntries(given));
  }
}
