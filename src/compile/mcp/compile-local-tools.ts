import type { Contribution, Skip } from '../../catalog/entries.ts';
import { isJsonObject } from '../../catalog/json.ts';
import { FAILED_FILE_KEY } from '../../catalog/local-tools.ts';
import { compileMcp, type McpLists } from './compile.ts';
import type { McpSkipReason } from './reasons.ts';
import { toVisibleText, truncate } from './text.ts';

export interface CompileLocalToolsOptions extends McpLists {
  readonly source: string;
  /** How a file is named to people: relative to the configuration. */
  readonly toShownFile: (file: string) => string;
}

/**
 * The lists of the runner of local tools as catalog entries. A tool's annotations say its `access`, which is the operator's own
 * word. A file that is no tool leaves a row in `skipped`, and a warning.
 */
export function compileLocalTools({ toShownFile, ...lists }: CompileLocalToolsOptions): Contribution {
  const failures = lists.tools.flatMap((entry) => toFailure(entry) ?? []);
  const tools = lists.tools.filter((entry) => !toFailure(entry));
  const contribution = compileMcp({ ...lists, tools, trustAnnotations: true });
  const reason: McpSkipReason = 'file-not-loaded';
  const skipped = failures.map(({ file, reason: detail }): Skip => ({
    operation: `file ${toText(toShownFile(file), 200)}`,
    reason,
    detail: toText(detail, 500),
  }));
  return {
    ...contribution,
    operations: contribution.operations + failures.length,
    skipped: [...contribution.skipped, ...skipped],
    warnings: [
      ...(contribution.warnings ?? []),
      ...skipped.map(({ operation, detail }) => `${operation} is left out: ${detail}`),
    ],
  };
}

function toFailure(entry: unknown): { file: string; reason: string } | undefined {
  const failure = isJsonObject(entry) ? entry[FAILED_FILE_KEY] : undefined;
  if (!isJsonObject(failure)) return undefined;
  const { file, reason } = failure;
  return typeof file === 'string' && typeof reason === 'string' ? { file, reason } : undefined;
}

function toText(text: string, length: number): string {
  return truncate(toVisibleText(text), length);
}
