import type { HttpBinding } from '../../catalog/binding.ts';
import type { Contribution } from '../../catalog/entries.ts';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { BailiwickError } from '../../errors.ts';
import { createAddressGuard, type Resolve } from '../network/address-guard.ts';
import { createGuardedAgent } from '../network/guarded-agent.ts';
import { createScrubber } from '../scrub.ts';
import type { CallOutcome, Upstream } from '../upstream.ts';
import { chooseBase, type BaseUrl } from './base-url.ts';
import { buildRequest } from './build-request.ts';
import type { Credential } from './credentials.ts';
import { toPlan } from './plan.ts';
import { readNextCall } from './next-call.ts';
import { toOutcome } from './result.ts';
import { readSelection } from './selection.ts';
import { secretsOf } from './secrets.ts';
import { checkCredentials, chooseAttachments, maskAttachments, type Attachment } from './security.ts';
import { sendRequest } from './send.ts';

export interface HttpUpstreamOptions {
  readonly source: string;
  /** Compiled by the caller: `compile/` and `upstream/` do not know each other. */
  readonly contribution: () => Contribution;
  /** Pinned by configuration; wins over the document's own server. */
  readonly url?: string | undefined;
  /** Servers that operations may name for themselves. */
  readonly servers?: readonly string[] | undefined;
  /** By the name of the document's security scheme. They need `url`: a document must not choose who receives them. */
  readonly credentials?: Readonly<Record<string, Credential>> | undefined;
  /** True: names may lead to loopback and private addresses. */
  readonly privateNetwork?: boolean | undefined;
  /** Stands in for the system's resolver, in tests. */
  readonly resolve?: Resolve | undefined;
  /** For one call, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  /** After decompression. */
  readonly maxResponseBytes: number;
}

/**
 * The way to an HTTP API that an OpenAPI document describes. Connections are kept alive and shared by all calls.
 *
 * @throws BailiwickError `CONFIGURATION` for credentials without a `url`, and for those that no operation can use.
 */
export function createHttpUpstream(options: HttpUpstreamOptions): Upstream {
  const { source, url, servers = [], timeoutMs, maxResponseBytes } = options;
  const credentials = new Map(Object.entries(options.credentials ?? {}));
  if (credentials.size > 0 && url === undefined) {
    throw new BailiwickError(
      'CONFIGURATION',
      `sources.${source}.url must be set where credentials are given: a document must not decide which host receives a credential`,
    );
  }
  if (credentials.size > 0) {
    checkCredentials(source, options.contribution().tools.map(securityOf), credentials);
  }
  const scrub = createScrubber([...credentials.values()].flatMap(secretsOf));
  const guard = createAddressGuard({
    namedHosts: [url ?? '', ...servers].map(hostOf),
    privateNetwork: options.privateNetwork ?? false,
  });
  const agent = createGuardedAgent(guard, { resolve: options.resolve });

  function prepare(tool: Tool): { binding: HttpBinding; base: BaseUrl; attachments: Attachment[] } {
    const { binding } = tool;
    if (binding.kind !== 'http') {
      throw new BailiwickError('INTERNAL', `${source}/${tool.name} is not a tool of an HTTP source`);
    }
    const base = chooseBase(source, { url, servers }, binding);
    return { binding, base, attachments: chooseAttachments(binding.security, credentials) };
  }

  const running = new Set<Promise<CallOutcome>>();
  let isClosed = false;

  async function call(tool: Tool, args: JsonObject, signal: AbortSignal): Promise<CallOutcome> {
    const { binding, base, attachments } = prepare(tool);
    const selection = readSelection(binding, args);
    const request = buildRequest(binding, args, base, attachments);
    const context = { source, base, changesSomething: tool.access !== 'read', scrub };
    const limits = { timeoutMs, maxResponseBytes };
    const response = await sendRequest(agent, request, limits, signal, context);
    const hint = attachments.length === 0 ? hintOf(source, binding) : undefined;
    const { url: sent } = request;
    const outcome = toOutcome(response, {
      tool,
      maxResponseBytes,
      scrub,
      selection,
      next: (link, answer) => readNextCall({ tool, binding, args, url: sent, link, answer }),
      ...(hint !== undefined && { hint }),
    });
    const select = binding.result?.selectArgument;
    return select === undefined
      ? outcome
      : { ...outcome, narrowing: `\`${select}\`, a JMESPath that takes only what is needed` };
  }

  return {
    source,

    contribution: async (signal) => {
      if (signal.aborted) throw new BailiwickError('CANCELLED', `${source}: compiling was cancelled`);
      return options.contribution();
    },

    /** A document does not change by itself: the listener is never called. */
    onChange: () => {},

    callTool: async (tool, args, { signal }) => {
      if (isClosed)
        throw new BailiwickError('SHUTTING_DOWN', `${source} is being closed and takes no new calls`);
      const outcome = call(tool, args, signal);
      running.add(outcome);
      return outcome.finally(() => running.delete(outcome));
    },

    plan: (tool, args) => {
      const { binding, base, attachments } = prepare(tool);
      readSelection(binding, args);
      return toPlan(buildRequest(binding, args, base, maskAttachments(attachments)));
    },

    request: async (method, params) => {
      throw unknownEntry(method, params);
    },

    /** Lets running calls end, then drops every connection, those that never came about included. */
    close: async () => {
      isClosed = true;
      await Promise.allSettled(running);
      await agent.destroy();
    },
  };
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? '';
}

function securityOf(tool: Tool): HttpBinding['security'] {
  return tool.binding.kind === 'http' ? tool.binding.security : [];
}

/** What an operator can do about a 401 of an operation that asks for a credential and got none. */
function hintOf(source: string, binding: HttpBinding): string | undefined {
  const [scheme] = binding.security.flat();
  return scheme === undefined
    ? undefined
    : `no credential is configured for it: set sources.${source}.credentials.${scheme.name}`;
}

/** An HTTP API has no resources and no prompts. */
function unknownEntry(method: string, params: JsonObject): BailiwickError {
  const reference = isJsonObject(params['ref']) ? params['ref'] : params;
  if (typeof reference['uri'] === 'string') {
    return new BailiwickError('UNKNOWN_RESOURCE', `Unknown resource: ${reference['uri']}`);
  }
  if (method === 'resources/read') return new BailiwickError('UNKNOWN_RESOURCE', 'Unknown resource');
  const name = typeof reference['name'] === 'string' ? `: ${reference['name']}` : '';
  return new BailiwickError('UNKNOWN_PROMPT', `Unknown prompt${name}`);
}
