/**
 * The fixture server for the official conformance suite.
 *
 *   node test/conformance/fixture.ts --http PORT [--legacy-only | --modern-only]
 *   node test/conformance/fixture.ts --stdio
 *
 * Over HTTP the first line on standard output is the URL; port 0 takes any free port.
 */
import { parseArgs } from 'node:util';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { McpServer } from '@modelcontextprotocol/server';
import { createFixtureHttpServer } from './fixture/http.ts';
import { createFixtureServer } from './fixture/server.ts';

const { values } = parseArgs({
  options: {
    http: { type: 'string' },
    stdio: { type: 'boolean' },
    'legacy-only': { type: 'boolean' },
    'modern-only': { type: 'boolean' },
  },
});

if (values.stdio) {
  serveStdio(() => {
    const server: McpServer = createFixtureServer({
      tools: () => server.sendToolListChanged(),
      prompts: () => server.sendPromptListChanged(),
    });
    return server;
  });
} else if (values.http !== undefined) {
  const eras = values['legacy-only'] ? 'legacy' : values['modern-only'] ? 'modern' : 'both';
  const http = createFixtureHttpServer(eras);
  http.listen(Number(values.http), '127.0.0.1', () => {
    const address = http.address();
    if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}/mcp`);
  });
} else {
  console.error('say --http PORT or --stdio');
  process.exitCode = 2;
}
