import { createEndpoint } from './endpoint.ts';
import { createOllamaProvider } from './ollama.ts';
import { createOnnxProvider } from './onnx.ts';
import { createOpenAiProvider } from './openai.ts';
import type { EmbeddingProvider } from './provider.ts';
import type { EmbeddingSettings } from './settings.ts';
import { createTeiProvider } from './tei.ts';

export interface ProviderDeps {
  /** Contents of the certificates that the settings name, by absolute path. */
  readonly files: ReadonlyMap<string, string>;
  /** Milliseconds, of any origin. */
  readonly clock: () => number;
}

/** The provider that the settings describe. Nothing is connected, or loaded, yet. */
export function createProvider(
  settings: EmbeddingSettings,
  { files, clock }: ProviderDeps,
): EmbeddingProvider {
  const { provider, model = '', dimensions, key, headers, tls } = settings;
  const url = endpointUrlOf(settings);
  if (url === undefined) return createOnnxProvider({ model, dimensions });
  const endpoint = createEndpoint({ url, key, headers, ca: tls && files.get(tls.ca) });
  if (provider === 'openai') return createOpenAiProvider(endpoint, { url, model, dimensions });
  if (provider === 'ollama') return createOllamaProvider(endpoint, { model, dimensions });
  return createTeiProvider(endpoint, { model: settings.model, dimensions, clock });
}

/** Where the endpoint is; undefined for a model in this process. */
export function endpointUrlOf({ provider, url }: EmbeddingSettings): string | undefined {
  if (provider === 'onnx') return undefined;
  return url ?? 'http://127.0.0.1:11434';
}
