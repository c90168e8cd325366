import { openSealer } from '../state/encryption-keys.ts';
import { createLazySealedValues } from '../state/lazy-sealed-values.ts';
import type { Store } from '../state/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createSignInDesk, type SignInDesk } from '../upstream/mcp/auth/sign-in-desk.ts';
import type { LoadedConfig } from './load.ts';

/** Where principals sign in to sources. Tokens are sealed with a key that is read, or made, when the first one is kept. */
export function openSignInDesk(
  {
    loaded,
    logger,
    now,
  }: { readonly loaded: LoadedConfig; readonly logger: Logger; readonly now: () => number },
  store: () => Store,
): SignInDesk {
  const sealed = createLazySealedValues(store, () => openSealer(loaded.config.state));
  return createSignInDesk({
    store: {
      ...sealed,
      list: (...given) => store().list(...given),
      publish: (...given) => store().publish(...given),
      subscribe: (...given) => store().subscribe(...given),
    },
    now,
    logger,
  });
}
