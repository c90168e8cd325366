import { FIND_CLIENT } from '../../audit/searches/read.ts';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { toolsOnly } from '../../catalog/tools-only.ts';
import { BailiwickError } from '../../errors.ts';
import type { Question } from '../../search/facade/look-for.ts';
import { SERVER_INFO } from '../../server/server-info.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createMcpUpstream } from '../../upstream/mcp/mcp-upstream.ts';

/** How long a gateway may take to answer: it may have sources to start. */
const TIMEOUT_MS = 30_000;

/** Its lists are not asked for. */
const NOTHING = toolsOnly('', []);

const FIND_TOOLS: Tool = {
  source: 'gateway',
  name: 'find_tools',
  description: '',
  inputSchema: { type: 'object' },
  validationSchema: { type: 'object' },
  access: 'read',
  scopes: [],
  attributes: {},
  binding: { kind: 'mcp', upstreamName: 'find_tools' },
};

/**
 * What `find_tools` of the gateway at this URL answers, in whichever era it speaks.
 *
 * @param authorization value of the header; it is in no message
 * @throws BailiwickError `USAGE` for a URL that is none, and for what the gateway does not accept; those of upstreams
 */
export async function askRunning(
  url: string,
  authorization: string | undefined,
  { queries, sources, access, limit }: Question,
): Promise<string> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new BailiwickError('USAGE', `--url: ${url} is no URL like http://127.0.0.1:8808/mcp`);
  const { host } = new URL(url);
  const upstream = createMcpUpstream({
    source: host,
    server: { url, headers: authorization === undefined ? {} : { authorization } },
    secrets: authorization === undefined ? [] : [authorization],
    compile: () => NOTHING,
    timeoutMs: TIMEOUT_MS,
    startupTimeoutMs: TIMEOUT_MS,
    logger: createLogger('silent', { secrets: () => [] }),
    now: Date.now,
    clientInfo: { ...SERVER_INFO, name: FIND_CLIENT },
  });
  try {
    const args: JsonObject = {
      queries: [...queries],
      ...(sources && { source: [...sources] }),
      ...(access && { access: [...access] }),
      limit,
    };
    const tool = { ...FIND_TOOLS, source: host };
    const { result, status } = await upstream.callTool(tool, args, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = textOf(result);
    if (status === 'ok') return text;
    throw new BailiwickError('USAGE', `${host} does not accept the question: ${text}`);
  } catch (error) {
    throw adviseOnFault(error, url, authorization !== undefined);
  } finally {
    await upstream.close();
  }
}

/** The faults of an upstream speak of what is configured for a source; here it is what was typed. */
function adviseOnFault(error: unknown, url: string, hasKey: boolean): unknown {
  if (!(error instanceof BailiwickError)) return error;
  const { host, pathname, origin } = new URL(url);
  const status = error.data?.['status'];
  const say = (text: string): BailiwickError => new BailiwickError(error.code, text, { cause: error });
  if (status === 404 || status === 405) {
    const advice = /^\/mcp(?:\/|$)/.test(pathname)
      ? 'the endpoint of a gateway is /mcp, that of a catalog /mcp/<catalog>, and there may be no such catalog'
      : `the endpoint of a gateway is ${origin}/mcp`;
    return say(`--url: there is no MCP endpoint at ${origin}${pathname} (HTTP ${status}); ${advice}`);
  }
  if (status === 401 || status === 403) {
    const advice = hasKey
      ? 'look at what --key reads'
      : 'give a key or token with --key -, on standard input';
    return say(
      `--key: ${host} lets nobody in ${hasKey ? 'with that' : 'without a'} key (HTTP ${status}); ${advice}`,
    );
  }
  const own = `source ${host} `;
  return error.message.startsWith(own) ? say(`${host} ${error.message.slice(own.length)}`) : error;
}

function textOf({ content }: JsonObject): string {
  const blocks = Array.isArray(content) ? content.filter(isJsonObject) : [];
  return blocks.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])).join('\n');
}

/** Whether an answer says so of each of its queries. */
export function foundNothing(answer: string, queries: number): boolean {
  return (answer.match(/^Nothing found\b/gm) ?? []).length >= queries;
}
