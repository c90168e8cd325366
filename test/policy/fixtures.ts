import { createCatalog, type Catalog } from '../../src/catalog/catalog.ts';
import type { Contribution, Target } from '../../src/catalog/entries.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { Access, Tool, ToolAttributes } from '../../src/catalog/tool.ts';
import { BailiwickError } from '../../src/errors.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { decide as decideCall } from '../../src/policy/decide.ts';
import { loadPolicies, type PolicySet } from '../../src/policy/load.ts';

export function tool(
  source: string,
  name: string,
  access: Access = 'read',
  attributes: ToolAttributes = {},
): Tool {
  return {
    source,
    name,
    description: name,
    inputSchema: { type: 'object' },
    validationSchema: { type: 'object' },
    access,
    scopes: [],
    attributes,
    binding: { kind: 'mcp', upstreamName: name },
  };
}

export function toolTarget(...parameters: Parameters<typeof tool>): Target {
  return { kind: 'tool', tool: tool(...parameters) };
}

export function resourceTarget(uri: string, source = 'files'): Target {
  return { kind: 'resource', source, uri };
}

export function promptTarget(name: string, source = 'files'): Target {
  return { kind: 'prompt', source, name };
}

export function principal(members: Partial<Principal> = {}): Principal {
  return { issuer: 'config', subject: 'agent', scopes: [], groups: [], claims: {}, ...members };
}

export function catalogOf(
  source: string,
  entries: {
    tools?: readonly Tool[];
    resources?: readonly string[];
    templates?: readonly string[];
    prompts?: readonly string[];
  },
): Contribution {
  return {
    source,
    tools: entries.tools ?? [],
    resources: (entries.resources ?? []).map((uri) => ({ source, uri, definition: { uri } })),
    templates: (entries.templates ?? []).map((uriTemplate) => ({
      source,
      uriTemplate,
      definition: { uriTemplate },
    })),
    prompts: (entries.prompts ?? []).map((name) => ({
      source,
      name,
      upstreamName: name,
      definition: { name },
    })),
    skipped: [],
    lossy: [],
    operations: 0,
  };
}

export function catalog(...contributions: readonly Contribution[]): Catalog {
  return createCatalog(contributions);
}

/** What policy decides about a call over HTTP without arguments, or with these, in the year 2026. */
export function decide(
  rules: PolicySet,
  caller: Principal,
  target: Target,
  args: JsonObject = {},
): ReturnType<typeof decideCall> {
  return decideCall(
    rules,
    caller,
    target,
    args,
    { face: 'http', endpoint: '/mcp' },
    Date.UTC(2026, 10, 20, 9),
  );
}

/** A policy set of one file. */
export function policy(text: string, file = 'p.policy.yaml'): PolicySet {
  return loadPolicies([{ file, text }]);
}

/** The lines of the error with which the files are refused. */
export function refusalOf(...texts: readonly string[]): string[] {
  const files = texts.map((text, index) => ({ file: `${'abcdef'[index]}.policy.yaml`, text }));
  try {
    loadPolicies(files);
  } catch (error) {
    if (!(error instanceof BailiwickError) || error.code !== 'CONFIGURATION') throw error;
    return error.message.split('\n');
  }
  throw new Error('expected the policy to be refused');
}
