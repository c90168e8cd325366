import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createEntraToken } from './entra-token.ts';
import { createPoster, toAnswerFault } from './http-post.ts';
import { toLogAnalyticsRow } from './log-analytics-row.ts';
import type { LogAnalyticsSettings } from './settings.ts';
import { SinkFault, type Sink } from './sink.ts';

const compress = promisify(gzip);

const API_VERSION = '2023-01-01';

/** A call of the API takes 1 MB, measured before compression too; less, so that it does not matter how that is counted. */
const MAX_CALL_BYTES = 950_000;

/** Sends records to a table of Azure Log Analytics, by the Logs Ingestion API of Azure Monitor. */
export function createLogAnalyticsSink(
  settings: LogAnalyticsSettings,
  { ca, now }: { ca: string | undefined; now: () => number },
): Sink {
  const { ruleId, stream, timeout, clientSecret } = settings;
  const base = settings.endpoint.replace(/\/+$/, '');
  const url = new URL(`${base}/dataCollectionRules/${ruleId}/streams/${stream}?api-version=${API_VERSION}`);
  const poster = createPoster({ timeoutMs: timeout, ca, now });
  const token = createEntraToken(settings, poster, now);

  async function send(rows: readonly string[], signal: AbortSignal): Promise<void> {
    const bearer = await token.get(signal);
    const answer = await poster.post(
      {
        url,
        headers: {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          'content-encoding': 'gzip',
        },
        body: await compress(`[${rows.join(',')}]`),
      },
      signal,
    );
    if (answer.status === 204 || answer.status === 200) return;
    if (answer.status === 401) token.drop();
    throw toAnswerFault(answer, [bearer, clientSecret ?? '']);
  }

  return {
    async deliver(records, signal) {
      const rows = records.map((one) => JSON.stringify(toLogAnalyticsRow(one)));
      const bytes = rows.reduce((sum, row) => sum + Buffer.byteLength(row) + 1, 2);
      if (bytes > MAX_CALL_BYTES)
        throw new SinkFault('too-large', `${bytes} bytes are more than one call takes`);
      await send(rows, signal);
    },
    close: poster.close,
  };
}
