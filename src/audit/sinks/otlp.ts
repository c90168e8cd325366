import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Logger } from '../../telemetry/logger.ts';
import { createPoster, toAnswerFault, toExcerpt, type PostAnswer } from './http-post.ts';
import { toKeyValues, toLogRecord } from './otlp-log-record.ts';
import type { OtlpSettings } from './settings.ts';
import { SinkFault, type Sink } from './sink.ts';

const compress = promisify(gzip);

/** Sends records as OpenTelemetry logs: OTLP 1.x over HTTP, in JSON. */
export function createOtlpSink(
  settings: OtlpSettings,
  { ca, logger, now }: { ca: string | undefined; logger: Logger; now: () => number },
): Sink {
  const { headers, timeout } = settings;
  const url = new URL(`${settings.url.replace(/\/+$/, '')}/v1/logs`);
  const resource = { attributes: toKeyValues({ 'service.name': 'bailiwick', ...settings.resource }) };
  const poster = createPoster({ timeoutMs: timeout, ca, now });
  const secrets = Object.values(headers);

  return {
    async deliver(records, signal) {
      const scopeLogs = [{ scope: { name: 'bailiwick.audit' }, logRecords: records.map(toLogRecord) }];
      const body = await compress(JSON.stringify({ resourceLogs: [{ resource, scopeLogs }] }));
      const answer = await poster.post(
        {
          url,
          headers: { ...headers, 'content-type': 'application/json', 'content-encoding': 'gzip' },
          body,
        },
        signal,
      );
      if (answer.status < 200 || answer.status >= 300) throw toAnswerFault(answer, secrets);
      const { rejected, message } = readPartialSuccess(answer);
      const said = toExcerpt(message, secrets);
      // Which ones is not said. Fewer at a time are sent until it is known: others may then arrive twice, and none is lost.
      if (rejected > 0) throw new SinkFault('refused', `it rejected ${rejected} log records: ${said}`);
      if (said !== '') logger.warn({ host: url.host }, `the OTLP receiver says: ${said}`);
    },
    close: poster.close,
  };
}

/** `ExportLogsPartialSuccess`; absent, or unreadable, is full success. */
function readPartialSuccess({ text }: PostAnswer): { rejected: number; message: string } {
  try {
    const { partialSuccess } = JSON.parse(text);
    const rejected = Number(partialSuccess?.rejectedLogRecords ?? 0);
    const message = partialSuccess?.errorMessage;
    return {
      rejected: Number.isSafeInteger(rejected) ? rejected : 0,
      message: typeof message === 'string' ? message : '',
    };
  } catch {
    return { rejected: 0, message: '' };
  }
}
