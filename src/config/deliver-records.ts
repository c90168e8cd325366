import { openSinks, type Sinks } from '../audit/sinks/sinks.ts';
import type { RecordWriter } from '../audit/writer.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { LoadedConfig } from './load.ts';

interface Deps {
  readonly loaded: LoadedConfig;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Sends the record to where the configuration wants it, beside its files. */
export function deliverRecords({ loaded, logger, now }: Deps, chain: string, writer: RecordWriter): Sinks {
  const { dir, sinks } = loaded.config.audit;
  return openSinks({
    settings: sinks,
    files: loaded.tlsFiles,
    auditDirectory: dir,
    own: { chain, headSeq: () => writer.head().seq },
    logger,
    now,
  });
}
