import type { HttpBinding } from '../../catalog/binding.ts';
import type { Contribution } from '../../catalog/entries.ts';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { BailiwickError, tellSending, toBailiwickError } from '../../errors.ts';
import { createAddressGuard, type Resolve } from '../network/address-guard.ts';
import { createGuardedAgent } from '../network/guarded-agent.ts';
import { createLiveScrubber } from '../live-scrub.ts';
import { scrubJson } from '../scrub.ts';
import { createTokenBook } from '../oauth/token-book.ts';
import type { CallOutcome, Upstream } from '../upstream.ts';
import { dropTokens, fetchTokens } from './authorize.ts';
import { chooseBase, type BaseUrl } from './base-url.ts';
import { buildRequest } from './build-request.ts';
import { checkCredentials } from './check-credentials.ts';
import type { Credential } from './credentials.ts';
import { toPlan } from './plan.ts';
import { readNextCall } from './next-call.ts';
import { toOutcome } from './result.ts';
import { readSelection } from './selection.ts';
import { secretsOf } from './secrets.ts';
import { chooseAttachments, maskAttachments, type Attachment, type Planned } from './security.ts';
import { sendRequest, type HttpResponse } from './send.ts';
import { createTlsMaterial } from './tls-material.ts';
import { createTokenExchange } from './token-exchange.ts';

/** How far a call got. */
type Progress = 'preparing' | 'sending' | 'answered';

/** One sending of a call: a token that the API refused may make a second one. */
interface Sent {
  readonly url: string;
  readonly response: HttpResponse;
  readonly attachments: readonly Attachment[];
}

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
  /** What else must show nowhere: secrets of the configuration that rules send as pinned arguments. */
  readonly secrets?: readonly string[] | undefined;
  /** Authorities to trust beside those of the system, PEM. */
  readonly ca?: string | undefined;
  /** True: names may lead to loopback and private addresses. */
  readonly privateNetwork?: boolean | undefined;
  /** Stands in for the system's resolver, in tests. */
  readonly resolve?: Resolve | undefined;
  /** Milliseconds; absent: the system's clock. */
  readonly now?: (() => number) | undefined;
  /** For one call, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  /** After decompression. */
  readonly maxResponseBytes: number;
}

/**
 * The way to an HTTP API that an OpenAPI document describes. Connections are kept alive and shared by all calls.
 *
 * @throws BailiwickError `CONFIGURATION` for credentials without a `url`, those that no operation can use, and
 *   certificates that are none.
 */
export function createHttpUpstream(options: HttpUpstreamOptions): Upstream {
  const { source, url, servers = [], timeoutMs, maxResponseBytes, now = Date.now } = options;
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
  const { scrub, add } = createLiveScrubber([
    ...(options.secrets ?? []),
    ...[...credentials.values()].flatMap(secretsOf),
  ]);
  const clients = new Map(
    [...credentials].flatMap(([name, one]) => ('clientSecret' in one ? [[name, one]] : [])),
  );
  const guard = createAddressGuard({
    namedHosts: [
      url,
      ...servers,
      ...[...clients.values()].flatMap((client) => [client.tokenUrl, client.issuer]),
    ]
      .flatMap((text) => text ?? [])
      .map(hostOf),
    privateNetwork: options.privateNetwork ?? false,
  });
  const tls = createTlsMaterial({ source, url, credentials, ca: options.ca });
  const { ca } = tls;
  const agent = createGuardedAgent(guard, { tls, resolve: options.resolve });
  // Of its own: a certificate is for the API alone.
  const tokenAgent = createGuardedAgent(guard, {
    tls: ca === undefined ? {} : { ca },
    resolve: options.resolve,
  });
  const exchange = createTokenExchange({ source, agent: tokenAgent, timeoutMs, scrub });
  const tokens = createTokenBook({ source, clients, exchange, now, onToken: add });

  function prepare(tool: Tool): { binding: HttpBinding; base: BaseUrl; planned?: Planned[] } {
    const { binding } = tool;
    if (binding.kind !== 'http') {
      throw new BailiwickError('INTERNAL', `${source}/${tool.name} is not a tool of an HTTP source`);
    }
    const base = chooseBase(source, { url, servers }, binding);
    const planned = chooseAttachments(binding.security, credentials);
    return { binding, base, ...(planned && { planned }) };
  }

  const running = new Set<Promise<CallOutcome>>();
  let isClosed = false;

  async function call(tool: Tool, args: JsonObject, signal: AbortSignal): Promise<CallOutcome> {
    const reached: { progress: Progress } = { progress: 'preparing' };
    const onProgress = (next: Progress): void => {
      // A second sending is no way back: the first one was answered.
      if (reached.progress !== 'answered') reached.progress = next;
    };
    try {
      return await exchangeOnce(tool, args, { signal, onProgress });
    } catch (error) {
      // Of a request without an answer, the error itself knows whether it left.
      throw reached.progress === 'sending'
        ? error
        : tellSending(toBailiwickError(error), reached.progress === 'preparing');
    }
  }

  async function exchangeOnce(
    tool: Tool,
    args: JsonObject,
    { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (next: Progress) => void },
  ): Promise<CallOutcome> {
    const { binding, base, planned = [] } = prepare(tool);
    const selection = readSelection(binding, args);
    const changesSomething = tool.access !== 'read';
    const context = { source, base, changesSomething, scrub };
    const limits = { timeoutMs, maxResponseBytes };
    const send = async (): Promise<Sent> => {
      const attachments = await fetchTokens(planned, tokens, signal);
      const request = buildRequest(binding, args, base, attachments);
      onProgress('sending');
      const response = await sendRequest(agent, request, limits, signal, context);
      onProgress('answered');
      return { url: request.url, response, attachments };
    };
    const first = await send();
    const isRenewable = first.response.status === 401 && dropTokens(planned, first.attachments, tokens);
    // What may have changed something is sent once, even where the answer says that it was refused.
    const { response, url: sent } = isRenewable && !changesSomething ? await send() : first;
    const hint = planned.length === 0 ? hintOf(source, binding) : isRenewable ? RENEWED : undefined;
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
        throw new BailiwickError('SHUTTING_DOWN', `${source} is being closed and takes no new calls`, {
          nothingSent: true,
        });
      const outcome = call(tool, args, signal);
      running.add(outcome);
      return outcome.finally(() => running.delete(outcome));
    },

    plan: (tool, args) => {
      const { binding, base, planned = [] } = prepare(tool);
      readSelection(binding, args);
      return scrubJson(toPlan(buildRequest(binding, args, base, maskAttachments(planned))), scrub);
    },

    request: async (method, params) => {
      throw unknownEntry(method, params);
    },

    subscribe: async (uri) => {
      throw unknownEntry('resources/read', { uri });
    },

    /** Lets running calls end, then drops every connection, those that never came about included. */
    close: async () => {
      isClosed = true;
      await Promise.allSettled(running);
      await Promise.all([agent.destroy(), tokenAgent.destroy()]);
    },
  };
}

/** Said after a 401 of a call that is not repeated. */
const RENEWED = 'its access token is no longer used, and the next call asks for a new one';

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
