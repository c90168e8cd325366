import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { CallOutcome } from '../upstream.ts';

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';

/**
 * A raw result without the members that belong to this hop: `resultType: "complete"` and the upstream's `serverInfo`.
 * `input_required` stays as it is; other kinds of result were not offered, so they are an error.
 */
export function toResult(raw: JsonObject, source: string): JsonObject {
  const { resultType, _meta, ...result } = raw;
  if (resultType !== undefined && resultType !== 'complete' && resultType !== 'input_required') {
    throw new BailiwickError(
      'UPSTREAM_PROTOCOL',
      `source ${source} answered with a kind of result that was not asked for`,
    );
  }
  const meta = isJsonObject(_meta) ? omit(_meta, SERVER_INFO) : undefined;
  return {
    ...(resultType === 'input_required' ? { resultType } : {}),
    ...result,
    ...(meta && Object.keys(meta).length > 0 ? { _meta: meta } : {}),
  };
}

/** The outcome of `tools/call`. */
export function toOutcome(raw: JsonObject, source: string): CallOutcome {
  const result = toResult(raw, source);
  if (result['resultType'] === 'input_required') return { result, status: 'ok' };
  const { content = [], isError } = result;
  if (
    !Array.isArray(content) ||
    !content.every((block) => isJsonObject(block) && typeof block['type'] === 'string')
  ) {
    throw new BailiwickError(
      'UPSTREAM_PROTOCOL',
      `source ${source} answered a call with content that is not a list of blocks`,
    );
  }
  return { result: { ...result, content }, status: isError === true ? 'tool-error' : 'ok' };
}

function omit(object: JsonObject, member: string): JsonObject {
  const { [member]: _omitted, ...rest } = object;
  return rest;
}
