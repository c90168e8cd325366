import type { Logger } from '../../telemetry/logger.ts';
import type { SearchDocument } from '../document.ts';
import type { Schedule } from '../reading.ts';
import type { Closeness } from '../search-index.ts';
import { createProvider } from './create-provider.ts';
import { createEmbeddings, type Embeddings } from './embeddings.ts';
import type { EmbeddingSettings } from './settings.ts';

/** The embeddings of the settings in force, over reloads; without any, it does and costs nothing. */
export interface Nearness {
  /** Other settings take the place of those before at once. True where all entries are to be handed over, anew. */
  use(settings: EmbeddingSettings | undefined): boolean;
  /** Takes over entries that come and go together; undefined: they are gone. */
  replace(share: string, documents: readonly SearchDocument[] | undefined): void;
  /** Undefined where nothing is configured, or not known in time. Never rejects. */
  of(text: string, signal: AbortSignal): Promise<Closeness | undefined>;
  close(): Promise<void>;
}

export interface NearnessOptions {
  readonly files: () => ReadonlyMap<string, string>;
  readonly embedsEntries: boolean;
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn'>;
  readonly schedule: Schedule;
  readonly clock: () => number;
  readonly random: () => number;
}

export function createNearness({ files, ...deps }: NearnessOptions): Nearness {
  let running: { readonly key: string; readonly embeddings: Embeddings } | undefined;
  let closing: Promise<unknown> = Promise.resolve();

  /** One after the other: two would write the same file. */
  const retire = (): void => {
    const last = running?.embeddings;
    running = undefined;
    if (last) closing = Promise.all([closing, last.close()]);
  };

  return {
    use(settings) {
      const certificates = files();
      const ca = settings?.tls && certificates.get(settings.tls.ca);
      const key = JSON.stringify([settings, ca]);
      if (running?.key === key || (!running && !settings)) return false;
      retire();
      if (!settings) return false;
      const provider = createProvider(settings, { files: certificates, clock: deps.clock });
      const embeddings = createEmbeddings({ ...deps, settings, provider, after: closing });
      running = { key, embeddings };
      return true;
    },
    replace: (share, documents) => running?.embeddings.replace(share, documents),
    of: async (text, signal) => running?.embeddings.closeness(text, signal),
    async close() {
      retire();
      await closing;
    },
  };
}
