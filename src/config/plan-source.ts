import path from 'node:path';
import { digestOf } from '../catalog/canonical.ts';
import type { Contribution } from '../catalog/entries.ts';
import type { JsonObject } from '../catalog/json.ts';
import { compileMcp, type McpLists } from '../compile/mcp/compile.ts';
import { toMcpLists } from '../compile/mcp/kept.ts';
import { compileOpenApi } from '../compile/openapi/compile.ts';
import type { KeptLists } from '../gateway/kept-lists.ts';
import type { SourcePlan } from '../gateway/source-pool.ts';
import type { Logger } from '../telemetry/logger.ts';
import { withFileContents } from '../upstream/http/certificate-files.ts';
import { createHttpUpstream } from '../upstream/http/http-upstream.ts';
import { createAuthorizedUpstream } from '../upstream/mcp/auth/authorized-upstream.ts';
import type { SignInDesk } from '../upstream/mcp/auth/sign-in-desk.ts';
import { createMcpUpstream, type McpUpstreamOptions } from '../upstream/mcp/mcp-upstream.ts';
import { BailiwickError } from '../errors.ts';
import { checkAuth } from '../upstream/mcp/auth/check-auth.ts';
import type { McpSourceSettings } from '../upstream/mcp/settings.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { environmentOf, isolationOf } from './child-sources.ts';
import type { LoadedConfig } from './load.ts';
import { planLocalTools } from './plan-local-tools.ts';
import { redactedAt } from './redacted.ts';
import type { SourceSettings } from './schema.ts';

export interface PlanOptions {
  readonly loaded: LoadedConfig;
  readonly logger: Logger;
  readonly now: () => number;
  /** Who we are to an upstream MCP server. */
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** Where the lists of MCP servers outlive the process; absent: nowhere. */
  readonly keptLists?: KeptLists | undefined;
  /** Where principals sign in to sources. */
  readonly signIns: SignInDesk;
}

/**
 * A source of a configuration, made ready to be connected: its compiler and its way to what lies behind it meet here.
 *
 * @throws BailiwickError `CONFIGURATION` for a document that cannot be compiled at all.
 */
export function planSource(source: string, settings: SourceSettings, deps: PlanOptions): SourcePlan {
  const { loaded, logger, now, clientInfo } = deps;
  if ('openapi' in settings) {
    const document = loaded.documents.get(source);
    if (!document) throw new TypeError(`the document of source ${source} was not loaded`);
    const contribution: Contribution = compileOpenApi({
      source,
      ...document,
      options: settings,
      presentation: loaded.config.schemas,
    });
    const credentials = withFileContents(settings.credentials ?? {}, loaded.tlsFiles);
    const ca = settings.tls && loaded.tlsFiles.get(settings.tls.ca);
    // Made at once, so that a credential that fits no security scheme is found before anything is swapped in.
    const upstream = createHttpUpstream({
      source,
      contribution: () => contribution,
      timeoutMs: settings.timeout,
      maxResponseBytes: settings.maxResponseBytes,
      url: settings.url,
      servers: settings.servers,
      credentials,
      secrets: loaded.secrets,
      ca,
      privateNetwork: settings.privateNetwork,
      now,
    });
    return {
      key: digestOf({
        settings: withoutPrices(settings),
        schemas: loaded.config.schemas,
        credentials,
        ca: ca ?? null,
        document: document.digest,
      }),
      create: () => upstream,
    };
  }
  if ('tools' in settings) {
    const { price: _price, prices: _prices, ...unpriced } = settings;
    return planLocalTools(source, unpriced, { loaded, logger, now, clientInfo });
  }
  const { mcp, trustAnnotations, timeout, startupTimeout, listTimeout } = settings;
  const { breaker, sessions, maxSessions, sessionIdle } = settings;
  const compile = (lists: McpLists): Contribution => compileMcp({ source, trustAnnotations, ...lists });
  const keptLists = keepListsOf(source, mcp, deps, compile);
  const options: McpUpstreamOptions = {
    source,
    server:
      'command' in mcp
        ? {
            command: mcp.command,
            env: environmentOf(mcp, process.env),
            cwd: mcp.cwd ?? path.dirname(loaded.file),
            isolation: isolationOf(mcp, loaded),
          }
        : { url: mcp.url, headers: mcp.headers, transport: mcp.transport },
    compile: keptLists?.compile ?? compile,
    secrets: loaded.secrets,
    timeoutMs: timeout,
    startupTimeoutMs: startupTimeout,
    sessions: { mode: sessions, maxSessions, idleMs: sessionIdle },
    listTimeoutMs: listTimeout,
    breakerFailures: breaker.failures,
    logger,
    now,
    clientInfo,
  };
  return {
    key: digestOf({
      settings: withoutPrices(settings),
      isolation: 'command' in mcp ? isolationOf(mcp, loaded) : null,
    }),
    ...(keptLists && { kept: keptLists.recall }),
    create: createOnce(source, mcp, options, deps),
  };
}

/** Of a source with OAuth, settings that cannot work are found before anything is swapped in. */
function createOnce(
  source: string,
  mcp: McpSourceSettings['mcp'],
  options: McpUpstreamOptions,
  { loaded, now, signIns }: PlanOptions,
): () => Upstream {
  if ('command' in mcp || mcp.auth === undefined) return () => createMcpUpstream(options);
  const { url, headers, auth } = mcp;
  const { redis, encryptionKeys } = loaded.config.state;
  if ('oauth' in auth && redis && !encryptionKeys) {
    throw new BailiwickError(
      'CONFIGURATION',
      `sources.${source}.mcp.auth.oauth: tokens in Redis need \`state.encryptionKeys\`: every gateway of the deployment has to have the same key`,
    );
  }
  checkAuth(source, auth);
  const server = { url, headers, auth };
  return () =>
    createAuthorizedUpstream({ source, server, secrets: loaded.secrets, desk: signIns, now }, (parts) =>
      createMcpUpstream({ ...options, ...parts }),
    );
}

/** Compiles lists and keeps them; and compiles what was kept. Which credential the source was shown does not tell lists apart. */
function keepListsOf(
  source: string,
  mcp: object,
  { keptLists: kept, loaded }: PlanOptions,
  compile: (lists: McpLists) => Contribution,
): { compile: typeof compile; recall: NonNullable<SourcePlan['kept']> } | undefined {
  if (!kept) return undefined;
  const key = { source, settings: digestOf(redactedAt(loaded, mcp, ['sources', source, 'mcp'])) };
  return {
    compile(lists) {
      const contribution = compile(lists);
      kept.keep(key, { ...lists } as unknown as JsonObject);
      return contribution;
    },
    async recall() {
      const found = await kept.recall(key);
      const lists = found && toMcpLists(found.lists);
      return lists && { contribution: compile(lists), at: found.at };
    },
  };
}

/** A price is read at each call: a change of it connects nothing anew. */
function withoutPrices(settings: SourceSettings): object {
  const { price: _price, prices: _prices, ...rest } = settings;
  return rest;
}
