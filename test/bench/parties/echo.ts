/**
 * The upstream behind every party: twenty tools, or as many as its argument says, that answer at once with what they were given.
 * Half of them say that they only read, half that they write and destroy nothing.
 */
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Server, createMcpHandler } from '@modelcontextprotocol/server';
import type { Tool } from '@modelcontextprotocol/server';
import { listen } from './listen.ts';
import { withMethod } from './with-method.ts';

const tools: Tool[] = Array.from({ length: Number(process.argv[2] ?? 20) }, (_, index) => {
  const isRead = index % 2 === 0;
  const number = String(Math.floor(index / 2)).padStart(2, '0');
  return {
    name: `${isRead ? 'read' : 'write'}_${number}`,
    description: 'Answers with the text it was given',
    inputSchema: {
      type: 'object',
      properties: {
        text: { type: 'string', description: 'what to answer', maxLength: 10_000 },
        times: { type: 'integer', minimum: 1, maximum: 10 },
      },
      required: ['text'],
      additionalProperties: false,
    },
    annotations: isRead ? { readOnlyHint: true } : { readOnlyHint: false, destructiveHint: false },
  };
});

const handler = toNodeHandler(
  createMcpHandler(() => {
    const server = new Server({ name: 'echo', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({ tools }));
    server.setRequestHandler('tools/call', ({ params }) => ({
      content: [{ type: 'text', text: String(params.arguments?.['text']) }],
    }));
    return server;
  }),
);

listen((request, response) => void handler(withMethod(request), response));
