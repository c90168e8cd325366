import { z } from 'zod';
import { AuditSettings } from '../audit/settings.ts';
import { RESERVED_SOURCE_NAMES, SOURCE_NAME } from '../catalog/names.ts';
import { OpenApiSettings } from '../compile/openapi/settings.ts';
import { SchemaSettings } from '../compile/settings.ts';
import { CatalogsSettings } from '../gateway/catalogs/settings.ts';
import { ListingSettings } from '../gateway/listing/settings.ts';
import { LedgerSettings, SourcePriceSettings } from '../gateway/settings.ts';
import { IdentitySettings } from '../identity/settings.ts';
import { PolicySettings, ShadowSettings } from '../policy/settings.ts';
import { SearchSettings } from '../search/settings.ts';
import { ServerSettings } from '../server/settings.ts';
import { StateSettings } from '../state/settings.ts';
import { hasUrlForCredentials, HttpSettings } from '../upstream/http/settings.ts';
import { ToolsSourceSettings } from '../upstream/local-tools/settings.ts';
import { ProfilesSettings } from '../upstream/mcp/isolation/settings.ts';
import { McpSourceSettings } from '../upstream/mcp/settings.ts';
import { checkSignInPlace } from './sign-in-place.ts';
import { checkCatalogSources } from './catalog-sources.ts';
import { checkProfileNames } from './child-sources.ts';

const SourceName = z
  .string()
  .regex(SOURCE_NAME, {
    error: 'a source is named with 1 to 24 lower-case letters, digits or `-`, a letter first',
  })
  .refine((name) => !RESERVED_SOURCE_NAMES.includes(name), {
    error: `the names ${RESERVED_SOURCE_NAMES.map((name) => `\`${name}\``).join(', ')} are reserved for built-in tools`,
  });

/** A source that is an OpenAPI document: what it says, and how its API is reached. */
export const HttpSourceSettings = z
  .strictObject({ ...OpenApiSettings.shape, ...HttpSettings.shape, ...SourcePriceSettings.shape })
  .refine(hasUrlForCredentials, {
    path: ['url'],
    error:
      'must be set where `credentials` are given: a document must not decide which host receives a credential',
  });

/** A source that is an MCP server. */
const PricedMcpSourceSettings = McpSourceSettings.extend(SourcePriceSettings.shape).meta({
  ...McpSourceSettings.meta(),
});

/** A source that is local modules. */
const PricedToolsSourceSettings = ToolsSourceSettings.extend(SourcePriceSettings.shape).meta({
  ...ToolsSourceSettings.meta(),
});

/** One source: the keys of exactly one kind. */
export const SourceSettings = z
  .union([HttpSourceSettings, PricedMcpSourceSettings, PricedToolsSourceSettings])
  .meta({
    description:
      'One source. `openapi`, `mcp` or `tools` says which kind it is; exactly one of them is given.',
  });

/** How much of a result a caller gets. */
const ResultSettings = z
  .strictObject({
    maxBytes: z
      .int()
      .min(1024)
      .max(1_073_741_824)
      .default(100_000)
      .meta({
        description: 'Size budget of one tool result, in bytes of JSON.',
        examples: [100_000],
      }),
  })
  .meta({ description: 'The size of results.' });

/** The whole configuration, composed of the slices that the rooms own. */
export const Config = z
  .strictObject({
    server: ServerSettings.prefault({}),
    identity: IdentitySettings.prefault({}),
    sources: z.record(SourceName, SourceSettings).meta({
      description:
        'Where tools come from. The name prefixes the tools (`helpdesk_get_ticket`) and is an endpoint of its own (`/mcp/helpdesk`).',
      examples: [{ helpdesk: { openapi: 'specs/helpdesk.yaml' } }],
    }),
    catalogs: CatalogsSettings.default({}),
    listing: ListingSettings.prefault({}),
    search: SearchSettings.prefault({}),
    profiles: ProfilesSettings,
    policies: PolicySettings.default('policies/'),
    shadow: ShadowSettings.optional(),
    lock: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'The lock: every tool definition that was reviewed, written by `bailiwick compile --lock`. Tools that are not in it, or differ from it, are not served. Without this setting, `bailiwick.lock` beside the configuration counts if it exists; a file that is named here and absent holds every tool back.',
        examples: ['bailiwick.lock'],
      }),
    state: StateSettings.prefault({}),
    ledger: LedgerSettings.prefault({}),
    audit: AuditSettings.prefault({}),
    schemas: SchemaSettings.prefault({}),
    results: ResultSettings.prefault({}),
  })
  .superRefine(checkProfileNames)
  .superRefine(checkCatalogSources)
  .superRefine(checkSignInPlace)
  .meta({
    title: 'Bailiwick configuration',
    description: 'What `bailiwick.yaml` may say.',
  });

export type Config = z.output<typeof Config>;
export type SourceSettings = z.output<typeof SourceSettings>;
