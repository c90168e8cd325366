import type { Json } from '../../catalog/json.ts';
import { maxBytesFor, modelOf, type Endpoint } from './endpoint.ts';
import { EmbeddingFault, type EmbeddingProvider } from './provider.ts';
import { toVectors } from './vectors.ts';

/** How long what the server said of its model is believed. */
const INFO_MS = 60_000;
const MAX_INFO_BYTES = 65_536;

/**
 * Text Embeddings Inference: `POST /embed` with `{inputs: [text], normalize: true, truncate: true}` is answered with `[[number]]`; 413
 * says that a request holds too many texts (32 by default), 429 that the server is overloaded, 422 that a text cannot be read, 424 that
 * the model failed (https://huggingface.github.io/text-embeddings-inference). It serves one model and does not say in an answer which;
 * `GET /info` does (`model_id`, `model_sha`), and is asked once a minute and after each fault.
 */
export function createTeiProvider(
  endpoint: Endpoint,
  options: { model?: string | undefined; dimensions?: number | undefined; clock: () => number },
): EmbeddingProvider {
  const { model: wanted, dimensions, clock } = options;
  let known: { readonly model: string | undefined; readonly at: number } | undefined;

  async function askModel(signal: AbortSignal): Promise<string | undefined> {
    if (known && clock() - known.at < INFO_MS) return known.model;
    const model = await endpoint.ask('/info', { maxBytes: MAX_INFO_BYTES, signal }, toModel);
    known = { model, at: clock() };
    return model;
  }

  function toModel(info: Json): string | undefined {
    const id = modelOf(info, 'model_id');
    if (wanted !== undefined && id !== undefined && id !== wanted) {
      throw new EmbeddingFault(
        'retry',
        `it serves the model ${JSON.stringify(id)}, and the settings want ${JSON.stringify(wanted)}`,
      );
    }
    const revision = modelOf(info, 'model_sha');
    return id === undefined || revision === undefined ? id : `${id}@${revision}`;
  }

  return {
    async embed(texts, signal) {
      try {
        const model = await askModel(signal);
        const body = {
          inputs: [...texts],
          normalize: true,
          truncate: true,
          ...(dimensions !== undefined && { dimensions }),
        };
        const asked = { body, maxBytes: maxBytesFor(texts.length), signal };
        const vectors = await endpoint.ask('/embed', asked, (answer) =>
          toVectors(answer, texts.length, dimensions),
        );
        return { vectors, model };
      } catch (error) {
        // Whatever happened, another server may answer next.
        known = undefined;
        throw error;
      }
    },
    close: endpoint.close,
  };
}
