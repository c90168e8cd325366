import { z } from 'zod';
import { TYPES } from '../record-schema.ts';
import { findBadPlaces } from './webhook-template.ts';

/** `checkpoint` is no choice: it goes to every sink without a template. */
const SentType = z.enum(TYPES).exclude(['checkpoint']);

const text = z.string().min(1);

const HttpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine((url) => isPlainUrl(url), 'must not hold a user or a fragment; credentials go into `headers`');

const BaseUrl = HttpUrl.refine((url) => URL.parse(url)?.search === '', 'must not hold a query');

const SecureUrl = BaseUrl.refine(
  (url) => isSecure(url),
  'must be an https URL; http is for this machine alone',
);

const Headers = z
  .record(
    z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'must be the name of a header' }),
    z.string().regex(/^[\x20-\x7E]*$/, { error: 'must be printable ASCII without line breaks' }),
  )
  .default({});

const Tls = z
  .strictObject({
    ca: text.meta({
      description: 'File with authorities to trust beside those of the system, PEM.',
      examples: ['tls/ca.crt'],
    }),
  })
  .optional()
  .meta({ description: 'TLS of the connections.' });

const timeout = z
  .int()
  .min(100)
  .max(300_000)
  .default(30_000)
  .meta({ description: 'How long one delivery may take, in milliseconds.' });

const Otlp = z
  .strictObject({
    url: BaseUrl.meta({
      description: 'Base URL of the OTLP receiver; logs go to `<url>/v1/logs`.',
      examples: ['http://127.0.0.1:4318'],
    }),
    headers: Headers.meta({
      description: 'Headers of each request, e.g. a credential.',
      examples: [{ 'api-key': '${env:OTLP_KEY}' }],
    }),
    resource: z
      .record(text, z.string())
      .default({})
      .meta({
        description: 'Attributes of the resource beside `service.name`, which is `bailiwick` unless given.',
        examples: [{ 'deployment.environment.name': 'production' }],
      }),
    timeout,
    tls: Tls,
  })
  .meta({ description: 'OpenTelemetry logs, by OTLP over HTTP in JSON.' });

const Webhook = z
  .strictObject({
    url: HttpUrl.meta({
      description: 'Where batches are posted.',
      examples: ['https://hooks.example.com/audit'],
    }),
    secret: z
      .union([text, z.array(text).min(1).max(8)])
      .refine((secrets) => [secrets].flat().every(isSigningSecret), {
        error: 'must be `whsec_` and 24 to 64 bytes in base64',
      })
      .meta({
        description:
          'Signs each request by Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. Several, to rotate: each signs.',
        examples: ['${env:WEBHOOK_SECRET}'],
      }),
    template: z
      .json()
      .refine((template) => findBadPlaces(template).length === 0, {
        error: 'what stands in `{{…}}` must be a JSON pointer, e.g. `{{/principal/subject}}`',
      })
      .optional()
      .meta({
        description:
          'What is sent of each record: JSON in which `{{/json/pointer}}` stands for a value of the record. Checkpoints are not sent through it. Absent: the record.',
        examples: [{ text: '{{/type}} {{/target/name}} by {{/principal/subject}}' }],
      }),
    each: z.boolean().default(false).meta({
      description:
        'True: one request for each record, with an object. False: one for each batch, with an array.',
    }),
    headers: Headers.meta({
      description: 'Further headers of each request.',
      examples: [{ authorization: 'Bearer ${env:HOOK_TOKEN}' }],
    }),
    timeout,
    tls: Tls,
  })
  .meta({ description: 'Signed HTTP requests, by Standard Webhooks.' });

const Postgres = z
  .strictObject({
    url: z
      .string()
      .regex(/^postgres(ql)?:\/\//, { error: 'must be a `postgres://` URL' })
      .refine((url) => !/[?&]ssl/i.test(url), 'must not say anything of TLS; `tls` does')
      .meta({
        description: 'Connection URL of the database.',
        examples: ['postgres://bailiwick:${env:PG_PASSWORD}@db.example.com:5432/audit'],
      }),
    table: z
      .string()
      .regex(/^([a-z_][a-z0-9_]{0,47}\.)?[a-z_][a-z0-9_]{0,47}$/, {
        error: 'must be lower-case letters, digits and `_`, with or without a schema before a dot',
      })
      .default('bailiwick_records')
      .meta({ description: 'The table, made when it is absent.', examples: ['audit.bailiwick_records'] }),
    create: z
      .boolean()
      .default(true)
      .meta({ description: 'False: the table is never made or changed, only written to.' }),
    tls: z
      .union([
        z.boolean(),
        z.strictObject({
          ca: text.meta({ description: 'File with the authorities to trust, PEM.' }),
          serverName: text.optional().meta({ description: 'The name that the certificate must have.' }),
        }),
      ])
      .optional()
      .meta({
        description:
          'True: TLS with the authorities of the system; or with those of `ca`. Absent: TLS for every host but this machine. False: none.',
        examples: [{ ca: 'tls/database.crt' }],
      }),
    timeout,
  })
  .meta({ description: 'A table in PostgreSQL, for query at scale.' });

const LogAnalytics = z
  .strictObject({
    endpoint: SecureUrl.meta({
      description: 'Logs ingestion endpoint of the data collection rule, or a data collection endpoint.',
      examples: ['https://audit-abcd.westeurope-1.ingest.monitor.azure.com'],
    }),
    ruleId: z
      .string()
      .regex(/^dcr-[0-9a-f]{32}$/, { error: 'must be the immutable id of a data collection rule, `dcr-…`' })
      .meta({
        description: 'Immutable id of the data collection rule.',
        examples: [`dcr-${'0'.repeat(32)}`],
      }),
    stream: z
      .string()
      .regex(/^Custom-[A-Za-z0-9_]{1,100}$/, { error: 'must be the name of a custom stream, `Custom-…`' })
      .meta({ description: 'Stream of the rule.', examples: ['Custom-Bailiwick'] }),
    tenantId: z
      .string()
      .regex(/^[A-Za-z0-9.-]{1,100}$/)
      .meta({
        description: 'Tenant of Microsoft Entra.',
        examples: ['00000000-0000-0000-0000-000000000000'],
      }),
    clientId: text.meta({
      description: 'The application, or the user-assigned identity of the workload.',
      examples: ['00000000-0000-0000-0000-000000000000'],
    }),
    clientSecret: text.optional().meta({
      description: 'Secret of the application. Instead of `tokenFile`.',
      examples: ['${env:AZURE_CLIENT_SECRET}'],
    }),
    tokenFile: text.optional().meta({
      description:
        'File with a federated token (workload identity), read anew for each access token. On AKS: `${env:AZURE_FEDERATED_TOKEN_FILE}`.',
      examples: ['${env:AZURE_FEDERATED_TOKEN_FILE}'],
    }),
    authority: SecureUrl.default('https://login.microsoftonline.com').meta({
      description: 'Who issues access tokens; another one in sovereign clouds.',
      examples: ['https://login.microsoftonline.us'],
    }),
    scope: text.default('https://monitor.azure.com//.default').meta({
      description: 'Scope of the access token; another one in sovereign clouds.',
      examples: ['https://monitor.azure.us//.default'],
    }),
    timeout,
    tls: Tls,
  })
  .refine(({ clientSecret, tokenFile }) => (clientSecret === undefined) !== (tokenFile === undefined), {
    error: 'needs exactly one of `clientSecret` and `tokenFile`',
  })
  .meta({ description: 'A table of Azure Log Analytics, by the Logs Ingestion API.' });

const Batch = z
  .strictObject({
    records: z
      .int()
      .min(1)
      .max(10_000)
      .default(500)
      .meta({ description: 'The most records of one delivery.', examples: [100] }),
    bytes: z
      .int()
      .min(1024)
      .max(16 * 1024 * 1024)
      .default(1024 * 1024)
      .meta({ description: 'The most bytes of one delivery, unless a single record has more.' }),
    delayMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(1000)
      .meta({ description: 'How long a record waits for others to go with it, in milliseconds.' }),
  })
  .meta({ description: 'How records are put together.' });

const KINDS = ['stdout', 'otlp', 'webhook', 'postgres', 'logAnalytics'] as const;

/** One place outside this machine that records are sent to. */
export const SinkSettings = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'must be 1 to 40 lower-case letters, digits or `-`' })
      .meta({
        description: 'Names the sink. How far it has come is kept under this name: another name starts anew.',
        examples: ['siem'],
      }),
    required: z.boolean().default(false).meta({
      description:
        'True: no record file is removed before this sink has it, and a record that it refuses stops the sink. False: such a record is put aside in a file.',
    }),
    types: z
      .array(SentType)
      .min(1)
      .optional()
      .meta({
        description:
          'Types of record to send; checkpoints go with them, except through a template. Absent: all.',
        examples: [['call.intent', 'call.outcome', 'call.refused']],
      }),
    batch: Batch.prefault({}),
    stdout: z.literal(true).optional().meta({
      description: 'One line of JSON for each record on standard output. Not with `serve --stdio`.',
    }),
    otlp: Otlp.optional(),
    webhook: Webhook.optional(),
    postgres: Postgres.optional(),
    logAnalytics: LogAnalytics.optional(),
  })
  .refine((sink) => KINDS.filter((kind) => sink[kind] !== undefined).length === 1, {
    error: 'needs exactly one of `stdout`, `otlp`, `webhook`, `postgres` and `logAnalytics`',
  });

/** Where records are sent, beside the files. */
export const SinksSettings = z
  .array(SinkSettings)
  .max(16)
  .refine((sinks) => new Set(sinks.map(({ name }) => name)).size === sinks.length, {
    error: 'has two sinks of the same name',
  })
  .refine((sinks) => sinks.filter(({ stdout }) => stdout).length <= 1, {
    error: 'has more than one sink that writes to standard output',
  })
  .default([])
  .meta({
    description: 'Where records are sent beside the files. A slow or dead sink costs no call and no record.',
  });

export type SinkSettings = z.output<typeof SinkSettings>;
export type OtlpSettings = z.output<typeof Otlp>;
export type WebhookSettings = z.output<typeof Webhook>;
export type PostgresSettings = z.output<typeof Postgres>;
export type LogAnalyticsSettings = z.output<typeof LogAnalytics>;

/** Standard Webhooks, "Signature scheme": the secret's bytes in base64 behind a prefix. */
function isSigningSecret(secret: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= 24 && length <= 64;
}

function isPlainUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.username === '' && parsed.password === '' && parsed.hash === '';
}

function isSecure(url: string): boolean {
  const parsed = URL.parse(url);
  return (
    parsed?.protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(parsed?.hostname ?? '')
  );
}
