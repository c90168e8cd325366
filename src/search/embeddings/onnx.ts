import { EmbeddingFault, type EmbeddingProvider } from './provider.ts';
import { toVectors } from './vectors.ts';

/** Not a literal where it is imported: the package is not there when types are checked. */
export const TRANSFORMERS: string = '@huggingface/transformers';

/** What is used of the package: a pipeline that extracts features, called with texts, answers a tensor. */
interface Transformers {
  pipeline(task: 'feature-extraction', model: string): Promise<Extractor>;
}

type Extractor = ((
  texts: string[],
  options: { pooling: 'mean'; normalize: true },
) => Promise<{ tolist(): unknown }>) & { dispose?(): Promise<unknown> };

/**
 * A model in this process, by Transformers.js (https://huggingface.co/docs/transformers.js, `FeatureExtractionPipeline`): an optional
 * peer, loaded when it is first needed. The package fetches the model from Hugging Face once, and keeps it where it keeps models.
 * Not tried with the package itself. It has no way to stop work that runs: a caller does not wait for it beyond its deadline.
 */
export function createOnnxProvider(
  { model, dimensions }: { model: string; dimensions?: number | undefined },
  load: () => Promise<unknown> = () => import(TRANSFORMERS),
): EmbeddingProvider {
  let opening: Promise<Extractor> | undefined;
  let opened: Extractor | undefined;

  const open = async (): Promise<Extractor> => {
    const { pipeline } = (await load().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new EmbeddingFault(
        'retry',
        `the provider \`onnx\` needs the package ${TRANSFORMERS} beside Bailiwick (npm install ${TRANSFORMERS}): ${why}`,
        { cause: error },
      );
    })) as Transformers;
    return pipeline('feature-extraction', model);
  };

  return {
    async embed(texts, signal) {
      opening ??= open();
      const extract = await opening.catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      opened = extract;
      signal.throwIfAborted();
      const tensor = await extract([...texts], { pooling: 'mean', normalize: true });
      const rows = tensor.tolist();
      // Shortened as Matryoshka models are: the first dimensions, then made length 1 again.
      const cut =
        dimensions !== undefined && Array.isArray(rows)
          ? rows.map((row: unknown) => (Array.isArray(row) ? row.slice(0, dimensions) : row))
          : rows;
      return { vectors: toVectors(cut, texts.length, dimensions), model };
    },
    async close() {
      // One that is still being fetched is not waited for.
      await opened?.dispose?.();
    },
  };
}
