import { importPeer } from '../../corpus/peers.ts';
import { outcomeOf, type Framework } from './framework.ts';

interface LangChain {
  MultiServerMCPClient: new (config: object) => {
    getTools(): Promise<{ name: string; invoke(args: object): Promise<unknown> }[]>;
    close(): Promise<void>;
  };
}

/** `@langchain/mcp-adapters`. */
export const langchain: Framework = async (endpoint, good, bad) => {
  const { MultiServerMCPClient } = await importPeer<LangChain>('@langchain/mcp-adapters');
  const client = new MultiServerMCPClient({
    mcpServers: { bailiwick: { transport: 'http', url: endpoint } },
  });
  try {
    const tools = await client.getTools();
    const call = ({ name, args }: typeof good): Promise<string> => {
      const tool = tools.find((one) => one.name === name);
      if (!tool) throw new Error(`it has no tool ${name}`);
      return outcomeOf(tool.invoke(args));
    };
    return { tools: tools.map(({ name }) => name), result: await call(good), fault: await call(bad) };
  } finally {
    await client.close();
  }
};
