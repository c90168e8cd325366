import { createHash, createHmac } from 'node:crypto';
import type { SentRecord } from './sink.ts';

/**
 * The headers of Standard Webhooks 1.0 for a body. Each secret signs: while one is rotated, receivers that know either of
 * them accept the request.
 *
 * @param secrets `whsec_` and the key in base64.
 * @param timeMs When it is sent; receivers refuse what is older than some minutes.
 */
export function signWebhook(
  body: string,
  { id, secrets, timeMs }: { id: string; secrets: readonly string[]; timeMs: number },
): Record<string, string> {
  const timestamp = String(Math.floor(timeMs / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** Names a delivery by what is in it, so that the same records sent again have the same id. */
export function toWebhookId(records: readonly SentRecord[]): string {
  const hash = createHash('sha256');
  for (const { chain, seq } of records) hash.update(`${chain}:${seq}\n`);
  return `msg_${hash.digest('hex').slice(0, 32)}`;
}
