import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../../telemetry/logger.ts';
import { createIssuerClient, type IssuerClient } from './issuer-client.ts';
import { toIssuer, type Issuer } from './issuer.ts';
import { createKeyCache } from './key-cache.ts';
import { createKeySource } from './key-source.ts';
import type { IssuerSettings } from './settings.ts';
import type { Later } from './timers.ts';

/** The issuers whose tokens are taken. */
export interface Issuers {
  use(settings: readonly IssuerSettings[]): void;
  /** From now on callers are expected: looks again what this server is called, and asks for keys in the background. */
  serve(): void;
  /** By `iss`, exactly. */
  find(issuer: string): Issuer | undefined;
  names(): string[];
  all(): Issuer[];
  count(): number;
  close(): Promise<void>;
}

export interface IssuersOptions {
  readonly resource: () => string | undefined;
  readonly logger: Logger;
  readonly now: () => number;
  readonly later: Later;
  readonly timeoutMs?: number;
  /** An issuer or a key is gone, or what is known is no longer true. */
  readonly onLoss: () => void;
}

interface Held {
  readonly issuer: Issuer;
  readonly client: IssuerClient;
}

/** An issuer whose settings stay as they are goes on as it is; one whose keys come from where they came keeps them. */
export function createIssuers(options: IssuersOptions): Issuers {
  const { resource, onLoss, now } = options;
  let configured: readonly IssuerSettings[] = [];
  let held = new Map<string, Held>();
  let isServing = false;

  const open = (settings: IssuerSettings, where: string, before: Held | undefined): Held => {
    const isSame = before !== undefined && isDeepStrictEqual(before.issuer.settings.jwks, settings.jwks);
    const client = isSame
      ? before.client
      : createIssuerClient({ ca: settings.jwks.ca, timeoutMs: options.timeoutMs });
    const keys = isSame
      ? before.issuer.keys
      : createKeyCache({
          ...options,
          issuer: settings.issuer,
          source: createKeySource(settings, client),
        });
    return { issuer: toIssuer(settings, { where, resource: resource(), keys }), client };
  };

  const apply = (): void => {
    const next = new Map<string, Held>();
    for (const [index, settings] of configured.entries()) {
      const before = held.get(settings.issuer);
      const opened = open(settings, `identity.issuers[${index}]`, before);
      next.set(settings.issuer, before && isSameIssuer(before.issuer, opened.issuer) ? before : opened);
    }
    const isLess = [...held].some(([name, { issuer }]) => next.get(name)?.issuer !== issuer);
    for (const [name, before] of held) retire(before, next.get(name));
    held = next;
    // A command that nobody calls asks no issuer.
    if (isServing) for (const { issuer } of held.values()) issuer.keys.warm(now());
    if (isLess) onLoss();
  };

  return {
    use(settings) {
      configured = settings;
      apply();
    },
    serve() {
      isServing = true;
      apply();
    },
    find: (name) => held.get(name)?.issuer,
    names: () => [...held.keys()],
    all: () => [...held.values()].map(({ issuer }) => issuer),
    count: () => held.size,
    async close() {
      for (const { issuer } of held.values()) issuer.keys.close();
      await Promise.all([...held.values()].map(({ client }) => client.close()));
    },
  };
}

function isSameIssuer(one: Issuer, other: Issuer): boolean {
  return (
    one.where === other.where &&
    isDeepStrictEqual(one.settings, other.settings) &&
    isDeepStrictEqual(one.audience, other.audience)
  );
}

function retire(before: Held, next: Held | undefined): void {
  if (next?.issuer === before.issuer) return;
  before.issuer.isInForce = false;
  if (next?.issuer.keys === before.issuer.keys) return;
  before.issuer.keys.close();
  void before.client.close();
}
