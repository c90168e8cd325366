import { McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

/** An MCP server like many: twenty tools, two resources, a prompt. */
const server = new McpServer({ name: 'bench', version: '1.0.0' });
for (const name of ['echo', ...Array.from({ length: 19 }, (_, index) => `tool_${index}`)]) {
  server.registerTool(
    name,
    {
      description: `Gives back what it was given. ${'It is described as tools are. '.repeat(5)}`,
      inputSchema: z.object({ text: z.string(), times: z.number().optional() }),
    },
    ({ text }) => ({ content: [{ type: 'text', text }] }),
  );
}
for (const name of ['one', 'two']) {
  server.registerResource(name, `bench://${name}`, {}, (uri) => ({
    contents: [{ uri: uri.href, text: name }],
  }));
}
server.registerPrompt('greet', {}, () => ({
  messages: [{ role: 'user', content: { type: 'text', text: 'hello' } }],
}));
await server.connect(new StdioServerTransport());
