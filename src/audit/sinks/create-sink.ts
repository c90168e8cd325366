import { BailiwickError } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createLogAnalyticsSink } from './log-analytics.ts';
import { createOtlpSink } from './otlp.ts';
import { createPostgresSink } from './postgres.ts';
import type { SinkSettings } from './settings.ts';
import type { Sink } from './sink.ts';
import { createStdoutSink } from './stdout.ts';
import { createWebhookSink } from './webhook.ts';

export interface CreateSinkDeps {
  /** Contents of the certificates that the settings name, by absolute path. */
  readonly files: ReadonlyMap<string, string>;
  readonly logger: Logger;
  readonly now: () => number;
}

/** The sink that the settings describe. Nothing is connected yet. */
export function createSink(settings: SinkSettings, { files, logger, now }: CreateSinkDeps): Sink {
  const { otlp, webhook, postgres, logAnalytics } = settings;
  const caOf = (tls: { ca: string } | boolean | undefined): string | undefined =>
    typeof tls === 'object' ? files.get(tls.ca) : undefined;
  if (otlp) return createOtlpSink(otlp, { ca: caOf(otlp.tls), logger, now });
  if (webhook) return createWebhookSink(webhook, { ca: caOf(webhook.tls), now });
  if (postgres) return createPostgresSink(postgres, { ca: caOf(postgres.tls) });
  if (logAnalytics) return createLogAnalyticsSink(logAnalytics, { ca: caOf(logAnalytics.tls), now });
  return createStdoutSink(process.stdout);
}

/**
 * Refuses sinks that do not go with a face: over stdio, standard output belongs to the protocol.
 *
 * @throws BailiwickError CONFIGURATION.
 */
export function checkSinks(sinks: readonly SinkSettings[], face: 'http' | 'stdio' | 'cli'): void {
  const index = sinks.findIndex(({ stdout }) => stdout);
  if (face !== 'stdio' || index === -1) return;
  throw new BailiwickError(
    'CONFIGURATION',
    `audit.sinks[${index}].stdout: \`serve --stdio\` speaks MCP on standard output, so records cannot go there; remove this sink, or serve over HTTP`,
  );
}
