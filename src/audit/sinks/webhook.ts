import { createPoster, toAnswerFault } from './http-post.ts';
import type { WebhookSettings } from './settings.ts';
import type { Sink, SentRecord } from './sink.ts';
import { signWebhook, toWebhookId } from './webhook-signature.ts';
import { fillTemplate } from './webhook-template.ts';

/** Posts records as JSON, signed: a batch as an array, or each record for itself. */
export function createWebhookSink(
  settings: WebhookSettings,
  { ca, now }: { ca: string | undefined; now: () => number },
): Sink {
  const { template, each, headers, timeout } = settings;
  const url = new URL(settings.url);
  const secrets = [settings.secret].flat();
  const poster = createPoster({ timeoutMs: timeout, ca, now });
  /** Of the batch under way, when records go one by one: those that were taken. */
  let taken = new Set<string>();

  const toText = ({ line, record }: SentRecord): string =>
    template === undefined ? line : JSON.stringify(fillTemplate(template, record));

  async function send(body: string, records: readonly SentRecord[], signal: AbortSignal): Promise<void> {
    const signed = signWebhook(body, { id: toWebhookId(records), secrets, timeMs: now() });
    const answer = await poster.post(
      { url, headers: { ...headers, 'content-type': 'application/json', ...signed }, body },
      signal,
    );
    if (answer.status >= 200 && answer.status < 300) return;
    throw toAnswerFault(answer, [...secrets, ...Object.values(headers)]);
  }

  return {
    async deliver(records, signal) {
      if (!each) return send(`[${records.map(toText).join(',')}]`, records, signal);
      for (const one of records) {
        const key = `${one.chain}:${one.seq}`;
        if (taken.has(key)) continue;
        // oxlint-disable-next-line no-await-in-loop -- in order
        await send(toText(one), [one], signal);
        taken.add(key);
      }
      taken = new Set();
    },
    close: poster.close,
  };
}
