import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import { ERRORS, toBailiwickError, type ErrorCode } from '../errors.ts';
import { callTool } from '../gateway/call-tool.ts';
import { toolsShown } from '../gateway/shows-tool.ts';
import { ERROR_META_KEY } from '../gateway/tool-error.ts';
import { windowOf } from '../gateway/window.ts';
import { readArguments } from './arguments.ts';
import { endpointOf, plainNameOf } from './catalog-option.ts';
import {
  createToolCommand,
  loadForCommand,
  requireSources,
  toPrincipal,
  withApp,
  type AddCommand,
  type ToolOptions,
} from './command.ts';
import { sourceOf } from './source-of.ts';
import { withProgress } from './terminal.ts';
import { hintAtTool } from './unknown-tool.ts';

/** `bailiwick call`: one tool call, down the same road as a client's, recorded as `via.face: cli`. */
export const addCall: AddCommand = (program, terminal, exit) => {
  const command = createToolCommand('call', 'Call one tool under policy and record, and print its result', [
    'call helpdesk_list_tickets --as agent',
    `call helpdesk_create_ticket --as agent --args '{"customerId":"C-101","subject":"Printer","body":"On fire."}'`,
    'call files_read_text_file --as agent --args @arguments.json --json',
    'call open_ticket --catalog support --as agent --args @arguments.json',
  ])
    .option('--as <principal>', 'a principal of identity.principals; without it, the local principal')
    .action(async (name: string, options: ToolOptions) => {
      const args = await readArguments(options.args);
      const { loaded, logger } = await loadForCommand(options);
      const endpoint = endpointOf(loaded, options.catalog);
      const wanted = sourceOf(plainNameOf(loaded, endpoint, name), loaded);
      await withApp(terminal, { loaded, logger, ...wanted }, async (app) => {
        const principal = toPrincipal(loaded, app, options.as);
        if (wanted.only) requireSources(app);
        const { gateway } = app;
        const snapshot = gateway.current();
        const interrupted = new AbortController();
        const interrupt = (): void => interrupted.abort();
        process.once('SIGINT', interrupt);
        const call = callTool(gateway.road, {
          principal,
          via: { face: 'cli' },
          mayStepUp: true,
          endpoint,
          snapshot,
          context: { signal: interrupted.signal },
          name,
          args,
        }).catch((error: unknown) => {
          const refusal = toBailiwickError(error);
          if (refusal.code !== 'UNKNOWN_TOOL') throw refusal;
          const window = windowOf(snapshot, endpoint);
          const visible = toolsShown(snapshot.view(principal), window);
          const exists = window.toolNamed(name) !== undefined;
          throw hintAtTool(refusal, { name, visible, exists, as: options.as, held: app.held(), window });
        });
        const result = await withProgress(terminal, () => `calling ${name}`, call).finally(() =>
          process.off('SIGINT', interrupt),
        );
        terminal.out(options.json ? JSON.stringify(result, undefined, 2) : toText(result));
        if (!options.json) for (const remark of remarksOn(result)) terminal.err(remark);
        exit(toExit(result));
      });
    });
  program.addCommand(command);
};

/** What a person wants to read: structured content if there is any, else the blocks of content. */
function toText(result: JsonObject): string {
  const { structuredContent, content } = result;
  if (structuredContent !== undefined && result['isError'] !== true)
    return JSON.stringify(structuredContent, undefined, 2);
  const blocks = Array.isArray(content) ? content.filter(isJsonObject) : [];
  return blocks.map(blockText).join('\n');
}

/** What the result says beside its structured content: that `select` was not applied, how to get the next page. */
function remarksOn({ structuredContent, content, isError }: JsonObject): string[] {
  if (structuredContent === undefined || isError === true || !Array.isArray(content)) return [];
  return content.filter(isJsonObject).slice(1).map(blockText);
}

function blockText(block: JsonObject): string {
  if (typeof block['text'] === 'string') return block['text'];
  const resource = block['resource'];
  if (isJsonObject(resource) && typeof resource['text'] === 'string') return resource['text'];
  const type = typeof block['type'] === 'string' ? block['type'] : 'content';
  const mime = block['mimeType'] ?? (isJsonObject(resource) ? resource['mimeType'] : undefined);
  return `[${type}${typeof mime === 'string' ? ` ${mime}` : ''}; use --json to see it]`;
}

function toExit(result: JsonObject): number {
  if (result['isError'] !== true) return 0;
  const structured = result['structuredContent'];
  const meta = result['_meta'];
  const error =
    (isJsonObject(structured) && structured['error']) || (isJsonObject(meta) && meta[ERROR_META_KEY]);
  const code = isJsonObject(error) ? error['code'] : undefined;
  return typeof code === 'string' && code in ERRORS ? ERRORS[code as ErrorCode].exit : 1;
}
