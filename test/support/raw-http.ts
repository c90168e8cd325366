/** The first message of a legacy client. */
export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
/** What a Streamable HTTP client accepts. */
export const ACCEPT = { accept: 'application/json, text/event-stream' };

/** Posts a body as it is, and returns what came back, whatever it is. */
export async function post(endpoint: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(endpoint, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...ACCEPT, ...headers },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
