import { isDeepStrictEqual } from 'node:util';
import { createIssuerClient, type IssuerClient } from '../issuers/issuer-client.ts';
import type { IssuerSettings } from '../issuers/settings.ts';
import { createIntrospector, type Introspector } from './introspector.ts';
import type { IntrospectionSettings } from './settings.ts';

/** One issuer that is asked about tokens. */
export interface IntrospectionSource {
  readonly settings: IssuerSettings;
  readonly introspection: IntrospectionSettings;
  /** Where it is written: `identity.issuers[0]`. */
  readonly where: string;
  readonly introspector: Introspector;
  /** False once configuration has it no more, or otherwise. */
  readonly isInForce: boolean;
}

export interface IntrospectionSources {
  /** Takes other settings; an issuer whose settings stay as they are goes on as it is. */
  use(settings: readonly IssuerSettings[]): void;
  /** Whom to ask about a token, one after another. */
  for(token: string): readonly IntrospectionSource[];
  close(): Promise<void>;
}

interface OpenSource extends IntrospectionSource {
  isInForce: boolean;
  readonly client: IssuerClient;
}

/** Keys of Bailiwick itself: one that is old or mistyped is no matter of another server. */
const OWN_KEY = /^bw[a-z]{0,2}_/;

export function createIntrospectionSources(timeoutMs?: number): IntrospectionSources {
  let sources: readonly OpenSource[] = [];

  const open = (
    settings: IssuerSettings,
    introspection: IntrospectionSettings,
    where: string,
  ): OpenSource => {
    const client = createIssuerClient({
      ca: settings.jwks.ca,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    const introspector = createIntrospector(settings, introspection, client);
    return { settings, introspection, where, introspector, isInForce: true, client };
  };

  return {
    use(settings) {
      const before = sources;
      sources = settings.flatMap((one, index) => {
        if (!one.introspection) return [];
        const where = `identity.issuers[${index}]`;
        const same = before.find(
          (source) => source.where === where && isDeepStrictEqual(source.settings, one),
        );
        return [same ?? open(one, one.introspection, where)];
      });
      for (const source of before) {
        if (sources.includes(source)) continue;
        source.isInForce = false;
        void source.client.close();
      }
    },
    for(token) {
      const named = sources.filter(({ introspection: { tokenPrefix } }) => {
        return tokenPrefix !== undefined && token.startsWith(tokenPrefix);
      });
      if (named.length > 0) return named;
      if (OWN_KEY.test(token)) return [];
      return sources.filter(({ introspection }) => introspection.tokenPrefix === undefined);
    },
    async close() {
      await Promise.all(sources.map(({ client }) => client.close()));
    },
  };
}
