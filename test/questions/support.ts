import { identityOf } from '../support/identity.ts';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { BailiwickError } from '../../src/errors.ts';
import { startHttpServer } from '../../src/server/http-server.ts';
import { ServerSettings } from '../../src/server/settings.ts';
import { principal } from '../policy/fixtures.ts';
import { createAskingGateway } from './asking-gateway.ts';

/** The asking gateway over HTTP: whoever shows `Bearer NAME` is NAME. Closed when the test ends. */
export async function serveAskingGateway(
  options: Parameters<typeof createAskingGateway>[0] = {},
  more: { readonly askPatienceMs?: number } = {},
) {
  const asking = createAskingGateway(options);
  const http = await startHttpServer({
    settings: ServerSettings.parse({ listen: '127.0.0.1:0' }),
    gateway: asking.gateway,
    identity: identityOf(({ authorization }) => {
      const subject = authorization?.replace('Bearer ', '');
      if (subject === undefined) throw new BailiwickError('UNAUTHENTICATED', 'no credential');
      return principal({ subject });
    }),
    isReady: () => true,
    logger: asking.logger,
    ...more,
  });
  onTestFinished(() => http.close());
  return { ...asking, http, endpoint: `${http.url}/mcp` };
}

/** What a tool of the asking upstream answered. */
export function answersOf(result: unknown): JsonObject[] {
  const [block] = (result as { content: { text: string }[] }).content;
  return JSON.parse(block?.text ?? 'null') as JsonObject[];
}

export const FORM = {
  method: 'elicitation/create',
  params: {
    message: 'Which\u0007 ticket?',
    requestedSchema: { type: 'object', properties: { id: { type: 'string', title: 'Id\u200B' } } },
  },
};

export const URL_QUESTION = {
  method: 'elicitation/create',
  params: { mode: 'url', message: 'Sign in', url: 'https://login.example.com/x', elicitationId: 'e-1' },
};

export const SAMPLING = {
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }], maxTokens: 10 },
};

export const ROOTS = { method: 'roots/list' };
