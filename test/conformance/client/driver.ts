/**
 * The client that the official suite tests, with Bailiwick between the two: starts `bailiwick serve` with the suite's server as
 * its one source, then drives an ordinary client through the gateway.
 *
 *   MCP_CONFORMANCE_SCENARIO=… node test/conformance/client/driver.ts URL
 *
 * The suite says what it wants by environment: MCP_CONFORMANCE_SCENARIO, MCP_CONFORMANCE_CONTEXT (JSON) and
 * MCP_CONFORMANCE_PROTOCOL_VERSION. Exits 1 when the scenario could not be played to its end.
 */
import { hashKey } from '../../../src/identity/static-keys.ts';
import { startGateway } from '../../support/gateway-process.ts';
import type { GatewayProcess } from '../../support/gateway-process.ts';
import { connectClient } from './connect.ts';
import { Context, credentialsFor } from './credentials.ts';
import { play } from './scenarios.ts';

/** Less than the suite gives, so that nothing is left running when it loses patience. */
const WITHIN_MS = 40_000;

const url = process.argv.at(-1) ?? '';
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const revision = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION'] ?? '2025-11-25';
const context = Context.parse(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'));

let gateway: GatewayProcess | undefined;
const { promise: tooLate, reject } = Promise.withResolvers<never>();
setTimeout(() => reject(new Error(`${scenario} took more than ${WITHIN_MS} ms`)), WITHIN_MS).unref();
try {
  await Promise.race([tooLate, drive()]);
} catch (error) {
  console.error(error);
  if (gateway !== undefined) console.error(gateway.child.stderrTail());
  process.exitCode = 1;
} finally {
  await gateway?.stop();
}
process.exit();

async function drive(): Promise<void> {
  // Who signed in at an identity provider shows the gateway what it got there.
  const key = context.idp_id_token;
  gateway = await startGateway({
    identity: {
      local: { scopes: ['all'] },
      principals: { caller: { scopes: ['all'] } },
      keys: key === undefined ? [] : [{ principal: 'caller', hash: hashKey(key) }],
    },
    sources: { suite: { mcp: { url, ...credentialsFor(scenario, context) } } },
    policy: { policy: 'all', scopes: { all: { source: 'suite' } } },
    state: { memory: true },
  });
  const client = await connectClient(`${gateway.url}/mcp/suite`, revision, key);
  try {
    await play(scenario, client, context);
  } finally {
    await client.close();
  }
}
