import type { JsonObject } from '../../../src/catalog/json.ts';
import { countTokens } from '../../../src/gateway/listing/tokens.ts';
import type { AnyClient } from '../../support/clients.ts';
import { readLines, type Line } from './read-lines.ts';

/** A request and what came back, as text. */
export interface Exchange {
  readonly sent: string;
  readonly answered: string;
}

/** What a built-in tool answered. */
export interface Answer {
  readonly isError: boolean;
  readonly text: string;
  /** Tokens of the text. */
  readonly tokens: number;
  /** Tokens of the arguments that were sent. */
  readonly asked: number;
}

export interface Agent {
  /** Everything that was said, lists included. */
  readonly transcript: readonly Exchange[];
  /** Names of the tools that are listed, and what they cost a prompt. */
  facade(): Promise<{ names: string[]; tokens: number }>;
  /** The lines for each query. */
  find(queries: readonly string[]): Promise<{ answer: Answer; lines: Line[][] }>;
  describe(name: string, pointer?: string): Promise<Answer>;
  call(name: string, args: JsonObject): Promise<Answer>;
}

/** A client as an agent holds it: it knows three tools, and what they answered. */
export function createAgent(client: AnyClient): Agent {
  const transcript: Exchange[] = [];
  const use = async (name: string, args: JsonObject): Promise<Answer> => {
    const result = await client.callTool({ name, arguments: args });
    transcript.push({ sent: JSON.stringify({ name, args }), answered: JSON.stringify(result) });
    const content = result.content as { type: string; text?: string }[];
    const text = content.map((block) => block.text ?? '').join('\n');
    return {
      isError: result.isError === true,
      text,
      tokens: countTokens(text),
      asked: countTokens(JSON.stringify(args)),
    };
  };
  return {
    transcript,
    async facade() {
      const { tools } = await client.listTools();
      transcript.push({ sent: 'tools/list', answered: JSON.stringify(tools) });
      const counted = tools.map(({ name, description, inputSchema }) =>
        countTokens(JSON.stringify({ name, description, inputSchema })),
      );
      return { names: tools.map(({ name }) => name), tokens: counted.reduce((sum, one) => sum + one, 0) };
    },
    async find(queries) {
      const answer = await use(
        'find_tools',
        queries.length === 1 ? { query: queries[0]! } : { queries: [...queries] },
      );
      return { answer, lines: answer.isError ? [] : readLines(answer.text) };
    },
    describe: (name, pointer) => use('describe_tool', { name, ...(pointer !== undefined && { pointer }) }),
    call: (name, args) => use('call_tool', { name, arguments: args }),
  };
}
