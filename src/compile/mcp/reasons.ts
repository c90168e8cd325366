/** Why an entry of an upstream's lists did not become an entry of the catalog. */
export const MCP_SKIP_REASONS = {
  'not-an-object': 'The entry is not a JSON object.',
  'no-name': 'The tool or prompt has no name, or its name is not text.',
  'no-uri': 'The resource has no `uri`, or the template no `uriTemplate`.',
  'input-schema-not-object':
    'The tool has no `inputSchema`, or its root does not say `"type": "object"`, which MCP demands.',
  'input-schema-invalid':
    'No validator can be made from the `inputSchema`: a bad keyword, pattern or reference.',
  'invalid-header-annotation':
    'An `x-mcp-header` in the `inputSchema` breaks the rules of MCP 2026-07-28, which obliges clients to drop the tool.',
  'name-collision':
    'Two entries of the upstream have this name or URI. Which one a call would reach is not ours to guess, so none is served.',
  'file-not-loaded': 'The file of a local tool cannot be loaded, or exports no tool.',
  'no-canonical-form':
    'The definition has no RFC 8785 form (unpaired surrogates, numbers that are not finite, nesting without end), so it cannot be digested.',
} as const satisfies Record<string, string>;

export type McpSkipReason = keyof typeof MCP_SKIP_REASONS;

/** What was compiled with a loss. */
export const MCP_LOSS_REASONS = {
  'description-truncated': 'The description was longer than 4,096 characters and was cut.',
  'title-truncated': 'The name or title was longer than 256 characters and was cut.',
  'hidden-characters-kept':
    'A name of an argument, or a value that a call may have to repeat, holds characters that a reader cannot see. It was left as it is.',
  'icons-dropped': 'Icons whose URL is neither `https` nor `data` were dropped.',
  'control-characters-removed':
    'Characters that a reader cannot see (control, bidirectional, zero width, terminal sequences) were removed from the text.',
  'description-not-text': 'The description is not text and was dropped.',
  'annotations-dropped': 'The annotations are not a JSON object and were dropped.',
  'output-schema-dropped': 'The `outputSchema` is not a JSON object and was dropped.',
} as const satisfies Record<string, string>;

export type McpLossReason = keyof typeof MCP_LOSS_REASONS;
