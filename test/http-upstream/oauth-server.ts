import type { IncomingMessage, ServerResponse } from 'node:http';
import { readRequest } from './fixtures.ts';

/** What the authorization server received, in order. */
export interface TokenRequest {
  readonly grant: string | null;
  readonly scope: string | null;
  readonly audience: string | null;
  readonly by: 'basic' | 'post';
}

export const CLIENT = { clientId: 'bail/iwick:1', clientSecret: 'canary secret+%&"1' };

/**
 * An authorization server that takes requests exactly as RFC 6749 §4.4 and §2.3.1 write them, and answers tokens
 * `canary-token-1`, `canary-token-2`, ….
 */
export function createOAuthServer(answer: { expires_in?: number | string; refresh_token?: string } = {}) {
  const requests: TokenRequest[] = [];
  let fail: { status: number; body: string } | undefined;

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await readRequest(request));
    response.setHeader('content-type', 'application/json');
    const refuse = (status: number, error: string): void => {
      response.statusCode = status;
      response.end(JSON.stringify({ error, error_description: 'canary secret+%&"1 is wrong' }));
    };
    if (request.method !== 'POST') return refuse(405, 'invalid_request');
    if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') {
      return refuse(400, 'invalid_request');
    }
    const by = request.headers.authorization === undefined ? 'post' : 'basic';
    if (!isClient(by === 'basic' ? fromBasic(request.headers.authorization) : fromForm(form))) {
      return refuse(401, 'invalid_client');
    }
    requests.push({
      grant: form.get('grant_type'),
      scope: form.get('scope'),
      audience: form.get('audience'),
      by,
    });
    if (fail) {
      response.statusCode = fail.status;
      response.end(fail.body);
      return;
    }
    const access = `canary-token-${requests.length}`;
    response.end(JSON.stringify({ access_token: access, token_type: 'Bearer', ...answer }));
  }

  return { requests, listener, failWith: (next: typeof fail) => (fail = next) };
}

function fromBasic(header: string | undefined): readonly (string | null)[] {
  const [scheme, encoded = ''] = (header ?? '').split(' ');
  if (scheme !== 'Basic') return [];
  const [id, secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return [id, secret].map((part) => new URLSearchParams(`x=${part}`).get('x'));
}

function fromForm(form: URLSearchParams): readonly (string | null)[] {
  return [form.get('client_id'), form.get('client_secret')];
}

function isClient([id, secret]: readonly (string | null)[]): boolean {
  return id === CLIENT.clientId && secret === CLIENT.clientSecret;
}
