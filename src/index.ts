/**
 * Bailiwick as a library: compile documents, decide calls, and run a gateway inside another program.
 *
 * @module
 */

// catalog
export { createCatalog, toDefinition, type Catalog } from './catalog/catalog.ts';
export { digestOf, toCanonicalJson } from './catalog/canonical.ts';
export type {
  Contribution,
  Loss,
  Prompt,
  Resource,
  ResourceTemplate,
  Skip,
  Target,
} from './catalog/entries.ts';
export type { Json, JsonObject, JsonSchema } from './catalog/json.ts';
export { toOwnName, toShownName } from './catalog/names.ts';
export type { Access, Tool, ToolAttributes } from './catalog/tool.ts';
export type {
  BodyBinding,
  HttpBinding,
  McpBinding,
  ParameterBinding,
  SecurityScheme,
} from './catalog/binding.ts';

// compile
export { compileOpenApi, type OpenApiSource } from './compile/openapi/compile.ts';

// local modules
export { defineTool, type LocalTool, type ToolContext } from './upstream/local-tools/define-tool.ts';
export type { ToolPrincipal } from './catalog/local-tools.ts';

// policy
export { decide } from './policy/decide.ts';
export type { Decision, Obligations, RuleId } from './policy/decision.ts';
export type { CallFacts } from './policy/facts.ts';
export { loadPolicies } from './policy/load.ts';
export type { PolicySet } from './policy/policy-set.ts';
export { view, type View } from './policy/view.ts';
export type { Principal } from './identity/principal.ts';

// state
export { openSealer } from './state/encryption-keys.ts';
export { openStore } from './state/open-store.ts';
export { createSealedValues, type SealedValues } from './state/sealed-values.ts';
export { createSealer, type Sealer } from './state/sealed.ts';
export type { Store } from './state/store.ts';

// audit
export type { AuditRecord, RecordEntry } from './audit/record.ts';
export { verifyDirectory } from './audit/verify.ts';

// config and the running gateway
export { loadConfig, type LoadedConfig } from './config/load.ts';
export { createApp, type App, type AppOptions } from './app.ts';
export { startHttpServer, type HttpServer } from './server/http-server.ts';

export { BailiwickError, ERRORS, type ErrorCode } from './errors.ts';
