import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Access, Tool } from '../../catalog/tool.ts';
import type { McpLossReason } from './reasons.ts';
import { MAX_DESCRIPTION_LENGTH, toVisibleText, truncate } from './text.ts';
import { toValidationSchema } from './validation-schema.ts';

export interface CompiledTool {
  readonly tool: Tool;
  readonly losses: readonly { readonly reason: McpLossReason; readonly detail: string }[];
}

/** One entry of `tools/list`, already checked, as a tool of the catalog. Members that Bailiwick does not know are passed on. */
export function toTool(
  definition: JsonObject,
  options: {
    source: string;
    name: string;
    upstreamName: string;
    inputSchema: JsonObject;
    trustAnnotations: boolean;
  },
): CompiledTool {
  const losses: { reason: McpLossReason; detail: string }[] = [];
  const {
    name: _upstreamName,
    title,
    description,
    inputSchema: _input,
    outputSchema,
    annotations,
    ...passthrough
  } = definition;

  const visible = (text: string, pointer: string): string => {
    const cleaned = toVisibleText(text);
    const removed = text.replaceAll('\r\n', '\n').length - cleaned.length;
    if (removed > 0) {
      losses.push({ reason: 'control-characters-removed', detail: `${pointer}: ${removed} removed` });
    }
    return cleaned;
  };
  let shownDescription = '';
  if (typeof description === 'string') {
    const cleaned = visible(description, '/description');
    shownDescription = truncate(cleaned, MAX_DESCRIPTION_LENGTH);
    if (shownDescription !== cleaned) {
      losses.push({
        reason: 'description-truncated',
        detail: `/description: ${cleaned.length} characters, ${MAX_DESCRIPTION_LENGTH} kept`,
      });
    }
  } else if (description !== undefined) {
    losses.push({ reason: 'description-not-text', detail: '/description' });
  }
  if (annotations !== undefined && !isJsonObject(annotations)) {
    losses.push({ reason: 'annotations-dropped', detail: '/annotations' });
  }
  if (outputSchema !== undefined && !isJsonObject(outputSchema)) {
    losses.push({ reason: 'output-schema-dropped', detail: '/outputSchema' });
  }

  const claimed = toAccess(annotations);
  const tool: Tool = {
    source: options.source,
    name: options.name,
    ...(typeof title === 'string' ? { title: visible(title, '/title') } : {}),
    description: shownDescription,
    inputSchema: options.inputSchema,
    validationSchema: toValidationSchema(options.inputSchema),
    ...(isJsonObject(outputSchema) ? { outputSchema } : {}),
    ...(isJsonObject(annotations) ? { annotations } : {}),
    access: options.trustAnnotations ? claimed : 'destructive',
    ...(options.trustAnnotations || claimed === 'destructive' ? {} : { claimedAccess: claimed }),
    scopes: [],
    attributes: {},
    binding: { kind: 'mcp', upstreamName: options.upstreamName },
    ...(Object.keys(passthrough).length > 0 ? { passthrough } : {}),
  };
  return { tool, losses };
}

/** `readOnlyHint: true` reads, `destructiveHint: false` writes; whatever is not said counts as destructive. */
function toAccess(annotations: unknown): Access {
  if (!isJsonObject(annotations)) return 'destructive';
  if (annotations['readOnlyHint'] === true) return 'read';
  return annotations['destructiveHint'] === false ? 'write' : 'destructive';
}
