import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { callTool } from '../gateway/call-tool.ts';
import { ALL_SOURCES } from '../gateway/endpoint.ts';
import { ERROR_META_KEY } from '../gateway/tool-error.ts';
import { readArguments } from './arguments.ts';
import {
  CONFIG_OPTION,
  createCommand,
  JSON_OPTION,
  loadForCommand,
  LOG_OPTION,
  requireSources,
  toPrincipal,
  withApp,
  type AddCommand,
} from './command.ts';
import { sourceOf } from './source-of.ts';
import { withProgress } from './terminal.ts';

interface Options {
  config: string;
  as?: string;
  args?: string;
  json?: boolean;
  logLevel?: string;
}

/** `bailiwick call`: one tool call, down the same road as a client's, recorded as `via.face: cli`. */
export const addCall: AddCommand = (program, terminal, exit) => {
  const command = createCommand('call', 'Call one tool under policy and record, and print its result', [
    'call helpdesk_list_tickets --as agent',
    `call helpdesk_create_ticket --as agent --args '{"subject":"Printer on fire","customerId":"cus_1001"}'`,
    'call files_read_text_file --as agent --args @arguments.json --json',
  ])
    .argument('<tool>', 'the name that `bailiwick tools` shows')
    .option(...CONFIG_OPTION)
    .option('--as <principal>', 'a principal of identity.principals; without it, the local principal')
    .option('--args <json>', 'the arguments: a JSON object, @file, or - for standard input')
    .option(...JSON_OPTION)
    .option(...LOG_OPTION)
    .action(async (name: string, options: Options) => {
      const args = await readArguments(options.args);
      const { loaded, logger } = await loadForCommand(options);
      await withApp(terminal, { loaded, logger, only: sourceOf(name, loaded) }, async (app) => {
        const principal = toPrincipal(loaded, app, options.as);
        requireSources(app);
        const { gateway } = app;
        const call = callTool(gateway.road, {
          principal,
          via: { face: 'cli' },
          endpoint: ALL_SOURCES,
          snapshot: gateway.current(),
          context: { signal: AbortSignal.any([]) },
          name,
          args,
        });
        const result = await withProgress(terminal, () => `calling ${name}`, call);
        terminal.out(options.json ? JSON.stringify(result, undefined, 2) : toText(result));
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
