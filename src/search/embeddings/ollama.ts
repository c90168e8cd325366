import { maxBytesFor, memberOf, modelOf, type Endpoint } from './endpoint.ts';
import type { EmbeddingProvider } from './provider.ts';
import { toVectors } from './vectors.ts';

/**
 * Ollama: `POST /api/embed` with `{model, input: [text], truncate: true, dimensions?}` is answered with
 * `{model, embeddings: [[number]]}` (https://docs.ollama.com/api/embed). A model that was not pulled is answered with 404.
 */
export function createOllamaProvider(
  endpoint: Endpoint,
  { model, dimensions }: { model: string; dimensions?: number | undefined },
): EmbeddingProvider {
  return {
    embed(texts, signal) {
      const body = {
        model,
        input: [...texts],
        truncate: true,
        ...(dimensions !== undefined && { dimensions }),
      };
      const options = { body, maxBytes: maxBytesFor(texts.length), signal };
      return endpoint.ask('/api/embed', options, (answer) => ({
        vectors: toVectors(memberOf(answer, 'embeddings'), texts.length, dimensions),
        model: modelOf(answer, 'model'),
      }));
    },
    close: endpoint.close,
  };
}
