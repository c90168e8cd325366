import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { maxBytesFor, memberOf, modelOf, type Endpoint } from './endpoint.ts';
import { EmbeddingFault, type EmbeddingProvider } from './provider.ts';
import { toVectors } from './vectors.ts';

/**
 * Endpoints that speak as OpenAI does: OpenAI, Azure OpenAI, vLLM, LiteLLM, llama.cpp, LM Studio and many others.
 *
 * `POST /v1/embeddings` with `{model, input: [text], encoding_format: "float", dimensions?}` is answered with
 * `{data: [{index, embedding}], model}` (https://platform.openai.com/docs/api-reference/embeddings/create). Some answer with base64
 * whatever was asked for.
 */
export function createOpenAiProvider(
  endpoint: Endpoint,
  { url, model, dimensions }: { url: string; model: string; dimensions?: number | undefined },
): EmbeddingProvider {
  const path = pathBelow(url);
  return {
    embed(texts, signal) {
      const body: JsonObject = {
        model,
        input: [...texts],
        encoding_format: 'float',
        ...(dimensions !== undefined && { dimensions }),
      };
      return endpoint.ask(path, { body, maxBytes: maxBytesFor(texts.length), signal }, (answer) => {
        const rows = inOrder(memberOf(answer, 'data'), texts.length);
        return { vectors: toVectors(rows, texts.length, dimensions), model: modelOf(answer, 'model') };
      });
    },
    close: endpoint.close,
  };
}

/** The place of embeddings below the URL, which is written with `/v1` as the SDKs want it, without, or whole. */
function pathBelow(url: string): string {
  const { pathname } = new URL(url);
  if (/\/embeddings\/?$/.test(pathname)) return '';
  return pathname === '/' ? '/v1/embeddings' : '/embeddings';
}

/** Each row at the place that its `index` says; rows that say none stand as they came. */
function inOrder(data: Json | undefined, count: number): unknown {
  if (!Array.isArray(data) || data.length !== count) return data;
  const rows = Array.from<Json | undefined>({ length: count });
  for (const [position, row] of data.entries()) {
    const { index = position, embedding } = isJsonObject(row) ? row : {};
    const isPlace = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count;
    if (!isPlace || rows[index] !== undefined || embedding === undefined) {
      throw new EmbeddingFault('retry', 'its answer is wrong: it does not say which vector is of which text');
    }
    rows[index] = embedding;
  }
  return rows;
}
