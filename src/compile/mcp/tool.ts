import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Access, Tool } from '../../catalog/tool.ts';
import { createTextCleaner, type CleanText, type TextLoss } from './clean-text.ts';
import { cleanIcons } from './entry-texts.ts';
import { cleanSchemaTexts } from './schema-texts.ts';
import { hasHiddenText } from './text.ts';
import { toValidationSchema } from './validation-schema.ts';

export interface CompiledTool {
  readonly tool: Tool;
  readonly losses: readonly TextLoss[];
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
  const losses: TextLoss[] = [];
  const {
    name: _upstreamName,
    title,
    description,
    inputSchema: _input,
    outputSchema,
    annotations,
    ...others
  } = definition;

  const clean = createTextCleaner(losses);
  let shownDescription = '';
  if (typeof description === 'string') {
    shownDescription = clean(description, '/description', 'description');
  } else if (description !== undefined) {
    losses.push({ reason: 'description-not-text', detail: '/description' });
  }
  if (annotations !== undefined && !isJsonObject(annotations)) {
    losses.push({ reason: 'annotations-dropped', detail: '/annotations' });
  }
  if (outputSchema !== undefined && !isJsonObject(outputSchema)) {
    losses.push({ reason: 'output-schema-dropped', detail: '/outputSchema' });
  }

  const inputSchema = cleanSchemaTexts(options.inputSchema, '/inputSchema', clean);
  const shownOutput = isJsonObject(outputSchema)
    ? cleanSchemaTexts(outputSchema, '/outputSchema', clean)
    : undefined;
  if (hasHiddenText(unescaped([inputSchema, shownOutput ?? null]))) {
    losses.push({ reason: 'hidden-characters-kept', detail: '/inputSchema, /outputSchema' });
  }
  const passthrough = cleanIcons(others, losses);
  const claimed = toAccess(annotations);
  const tool: Tool = {
    source: options.source,
    name: options.name,
    ...(typeof title === 'string' ? { title: clean(title, '/title', 'title') } : {}),
    description: shownDescription,
    inputSchema,
    validationSchema: toValidationSchema(inputSchema),
    ...(shownOutput ? { outputSchema: shownOutput } : {}),
    ...(isJsonObject(annotations) ? { annotations: cleanAnnotations(annotations, clean) } : {}),
    access: options.trustAnnotations ? claimed : 'destructive',
    ...(options.trustAnnotations || claimed === 'destructive' ? {} : { claimedAccess: claimed }),
    scopes: [],
    attributes: {},
    binding: { kind: 'mcp', upstreamName: options.upstreamName },
    ...(Object.keys(passthrough).length > 0 ? { passthrough } : {}),
  };
  return { tool, losses };
}

function cleanAnnotations(annotations: JsonObject, clean: CleanText): JsonObject {
  const { title } = annotations;
  if (typeof title !== 'string') return annotations;
  return { ...annotations, title: clean(title, '/annotations/title', 'title') };
}

/** Every text in a value, names of members too, as one. */
function unescaped(value: Json): string {
  if (typeof value === 'string') return `${value}\n`;
  if (Array.isArray(value)) return value.map((item) => unescaped(item)).join('');
  if (!isJsonObject(value)) return '';
  return Object.entries(value)
    .map(([name, item]) => `${name}\n${unescaped(item)}`)
    .join('');
}

/** `readOnlyHint: true` reads, `destructiveHint: false` writes; whatever is not said counts as destructive. */
function toAccess(annotations: unknown): Access {
  if (!isJsonObject(annotations)) return 'destructive';
  if (annotations['readOnlyHint'] === true) return 'read';
  return annotations['destructiveHint'] === false ? 'write' : 'destructive';
}
