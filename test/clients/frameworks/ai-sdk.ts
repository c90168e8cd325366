import { importPeer } from '../../corpus/peers.ts';
import { outcomeOf, type Framework } from './framework.ts';

interface AiSdk {
  createMCPClient(config: object): Promise<{
    tools(): Promise<Record<string, { execute(args: object, options: object): Promise<unknown> }>>;
    close(): Promise<void>;
  }>;
}

/** `@ai-sdk/mcp`, of the Vercel AI SDK. */
export const aiSdk: Framework = async (endpoint, good, bad) => {
  const { createMCPClient } = await importPeer<AiSdk>('@ai-sdk/mcp');
  const client = await createMCPClient({ transport: { type: 'http', url: endpoint } });
  try {
    const tools = await client.tools();
    const call = ({ name, args }: typeof good): Promise<string> => {
      const tool = tools[name];
      if (!tool) throw new Error(`it has no tool ${name}`);
      return outcomeOf(tool.execute(args, { toolCallId: name, messages: [] }));
    };
    return { tools: Object.keys(tools), result: await call(good), fault: await call(bad) };
  } finally {
    await client.close();
  }
};
