import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { withNext } from '../../upstream/http/offer-next.ts';

/** Where an HTTP upstream offers the call that gets the next page. */
const NEXT_META_KEY = 'io.bailiwick/next';

/** What a caller sent, and what was sent for it. */
interface Exchange {
  readonly given: JsonObject;
  readonly sent: JsonObject;
}

/**
 * A result whose next page is offered as the caller itself would ask for it: without what policy set in the call, and with what was not
 * passed on.
 */
export function offerOwnNext(result: JsonObject, { given, sent }: Exchange): JsonObject {
  const { content, _meta } = result;
  const next = isJsonObject(_meta) ? _meta[NEXT_META_KEY] : undefined;
  const args = isJsonObject(next) ? next['arguments'] : undefined;
  if (given === sent || !isJsonObject(_meta) || !isJsonObject(args) || !Array.isArray(content)) return result;
  const changes = Object.fromEntries(
    Object.entries(args).filter(([name, value]) => JSON.stringify(sent[name]) !== JSON.stringify(value)),
  );
  const kept = content.filter((block) => !isOffer(block));
  return withNext({ ...result, content: kept }, { arguments: { ...given, ...changes }, changes });
}

function isOffer(block: unknown): boolean {
  return (
    isJsonObject(block) &&
    typeof block['text'] === 'string' &&
    block['text'].startsWith('More: call again with ')
  );
}
