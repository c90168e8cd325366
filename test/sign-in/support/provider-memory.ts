import type { Adapter, AdapterPayload } from 'oidc-provider';

/** What an `oidc-provider` keeps, in a map that outlives it: another one with other keys goes on where it stopped. */
export function createProviderMemory(): (model: string) => Adapter {
  const kept = new Map<string, { readonly payload: AdapterPayload; readonly until: number }>();
  return (model) => {
    const find = (matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
      for (const [key, { payload, until }] of kept) {
        if (key.startsWith(`${model}:`) && Date.now() < until && matches(payload)) return payload;
      }
      return undefined;
    };
    return {
      async upsert(id, payload, expiresIn) {
        const until = expiresIn ? Date.now() + expiresIn * 1000 : Infinity;
        kept.set(`${model}:${id}`, { payload: { ...payload }, until });
      },
      async find(id) {
        const one = kept.get(`${model}:${id}`);
        return one && Date.now() < one.until ? one.payload : undefined;
      },
      findByUid: async (uid) => find((payload) => payload.uid === uid),
      findByUserCode: async (userCode) => find((payload) => payload.userCode === userCode),
      async consume(id) {
        const one = kept.get(`${model}:${id}`);
        if (one) one.payload.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        kept.delete(`${model}:${id}`);
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of kept) {
          if (payload.grantId === grantId) kept.delete(key);
        }
      },
    };
  };
}
