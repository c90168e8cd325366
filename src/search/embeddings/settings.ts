import { isIP } from 'node:net';
import { z } from 'zod';
import { kindOfAddress } from '../../upstream/network/address-kind.ts';

const text = z.string().min(1);

/** RFC 9110 §5.1 and §5.5, as far as a configuration needs it. */
const Headers = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'must be the name of a header' }),
  z.string().regex(/^[\x20-\x7E]*$/, { error: 'must be printable ASCII without line breaks' }),
);

const PROVIDERS = ['openai', 'ollama', 'tei', 'onnx'] as const;

const Prefix = z.string().max(500).default('');

/**
 * Nearness in meaning: an embedding model, and where it runs. No default of it was measured with a real model; they are reasoned, and
 * said to be.
 */
export const EmbeddingSettings = z
  .strictObject({
    provider: z.enum(PROVIDERS).meta({
      description:
        'Who embeds. `openai`: any endpoint that speaks as OpenAI does (`/v1/embeddings`). `ollama`: Ollama (`/api/embed`). `tei`: Text Embeddings Inference of Hugging Face (`/embed`). `onnx`: a model in this process, by the package `@huggingface/transformers`, which is to be installed beside Bailiwick; this provider was tried with a stand-in for the package only.',
      examples: ['openai'],
    }),
    url: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .refine((url) => isPlainUrl(url), {
        error: 'must not hold a user, a query or a fragment; a credential goes into `key` or `headers`',
      })
      .refine((url) => !isClosedUrl(url), {
        error: 'is a link-local, reserved or metadata address, which is never reached',
      })
      .optional()
      .meta({
        description:
          'Base URL of the endpoint. `openai`: `/v1/embeddings` below a URL without a path, else `/embeddings` below it. Absent with `ollama`: `http://127.0.0.1:11434`. Texts of the catalog and what callers ask are sent there. Link-local addresses and metadata services are not reached; redirects are not followed.',
        examples: ['https://api.openai.com/v1'],
      }),
    model: text
      .max(256)
      .optional()
      .meta({
        description:
          'The model, as the endpoint names it. Absent with `tei`, which serves one model. Another model, or another one behind the same name where the endpoint says which it is, embeds everything anew; vectors of two models are never compared.',
        examples: ['text-embedding-3-small'],
      }),
    dimensions: z
      .int()
      .min(8)
      .max(8192)
      .optional()
      .meta({
        description:
          'Length of the vectors, for models that can shorten them. Absent: what the model gives. Each entry takes four bytes of memory for each.',
        examples: [512],
      }),
    key: z
      .string()
      .regex(/^[\x21-\x7E]+$/, { error: 'must be printable ASCII without white space, and not empty' })
      .optional()
      .meta({
        description: 'Credential of the endpoint, sent as `Authorization: Bearer`.',
        examples: ['${env:OPENAI_API_KEY}'],
      }),
    headers: Headers.default({}).meta({
      description: 'Further headers of each request, e.g. a credential.',
      examples: [{ 'api-key': '${env:AZURE_OPENAI_KEY}' }],
    }),
    tls: z
      .strictObject({
        ca: text.meta({
          description: 'File with authorities to trust beside those of the system, PEM.',
          examples: ['tls/ca.crt'],
        }),
      })
      .optional()
      .meta({ description: 'TLS of the connections.' }),
    weight: z
      .number()
      .gt(0)
      .max(10)
      .default(1)
      .meta({
        description:
          'What nearness in meaning (a cosine, -1 to 1) counts beside the words, whose best entry counts 1. The default is reasoned, not measured: among entries that fit, cosines lie closer together than scores of words, so that words still lead.',
        examples: [0.5],
      }),
    minCloseness: z
      .number()
      .min(-1)
      .max(1)
      .default(0.3)
      .meta({
        description:
          'Cosine from which on an entry is found although it shares no word with the question. Models differ much: look at what yours gives to what does not fit. The default is not measured.',
        examples: [0.5],
      }),
    timeoutMs: z
      .int()
      .min(10)
      .max(10_000)
      .default(300)
      .meta({
        description:
          'How long an answer waits for the question to be embedded, in milliseconds; then words alone count.',
        examples: [300],
      }),
    batch: z
      .int()
      .min(1)
      .max(2048)
      .default(32)
      .meta({
        description: 'The most texts of one request. It is halved by itself where an endpoint takes fewer.',
        examples: [32],
      }),
    maxTextCharacters: z
      .int()
      .min(64)
      .max(32_768)
      .default(2000)
      .meta({
        description:
          'Where the text of an entry, and a question, is cut. Models cut by themselves at their own number of tokens, often 512.',
        examples: [2000],
      }),
    textPrefix: Prefix.meta({
      description: 'What a model wants before each text that is searched.',
      examples: ['search_document: '],
    }),
    queryPrefix: Prefix.meta({
      description: 'What a model wants before each question.',
      examples: ['search_query: '],
    }),
    cache: text.default('.bailiwick/embeddings').meta({
      description:
        'Folder for vectors, so that a restart embeds nothing again. It holds no text, can be removed at any time, and is kept below about 600 MB.',
      examples: ['.bailiwick/embeddings'],
    }),
  })
  .superRefine(({ provider, url, model, key, headers, tls }, context) => {
    const refuse = (path: string, message: string, example?: string): void =>
      context.addIssue({ code: 'custom', path: [path], message, params: { example } });
    if (provider === 'onnx') {
      const given = { url, key, tls, headers: Object.keys(headers).length > 0 || undefined };
      for (const [name, value] of Object.entries(given)) {
        if (value !== undefined) refuse(name, 'is not for `onnx`, which runs in this process');
      }
    } else if (url === undefined && provider !== 'ollama') {
      refuse('url', `must be set for \`${provider}\`: where the endpoint is`, `url: ${EXAMPLES[provider]}`);
    }
    if (model === undefined && provider !== 'tei') {
      refuse('model', `must be set for \`${provider}\`: which model embeds`, `model: ${MODELS[provider]}`);
    }
    if (key !== undefined && url !== undefined && !isProtectedUrl(url)) {
      refuse('url', 'must be https where a `key` is given; http is for `localhost` and private addresses');
    }
  })
  .meta({
    description:
      'Nearness in meaning beside words, by an embedding model. Absent: words alone, and nothing is sent anywhere. What is sent: of each entry of the catalog its name, source, description, names of parameters and hints, the same for everybody; and what callers ask `find_tools`, cut, and without what looks like a credential. What it gains was not measured here.',
  });

export type EmbeddingSettings = z.output<typeof EmbeddingSettings>;

const EXAMPLES = { openai: 'https://api.openai.com/v1', tei: 'http://127.0.0.1:8080' } as const;
const MODELS = {
  openai: 'text-embedding-3-small',
  ollama: 'nomic-embed-text',
  onnx: 'onnx-community/all-MiniLM-L6-v2-ONNX',
} as const;

function isPlainUrl(written: string): boolean {
  const url = URL.parse(written);
  return url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

/** An address that no setting opens. Where a name leads is known when it is asked. */
function isClosedUrl(written: string): boolean {
  const host = hostOf(written);
  return isIP(host) !== 0 && ['link-local', 'metadata', 'reserved'].includes(kindOfAddress(host));
}

/** Without brackets. */
function hostOf(written: string): string {
  return (URL.parse(written)?.hostname ?? '').replace(/^\[|\]$/g, '');
}

/** A credential goes over TLS, or to where the operator wrote an address of the own network. */
function isProtectedUrl(written: string): boolean {
  const host = hostOf(written);
  return (
    URL.parse(written)?.protocol === 'https:' ||
    host === 'localhost' ||
    ['loopback', 'private'].includes(kindOfAddress(host))
  );
}
