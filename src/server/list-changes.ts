import type { McpServer } from '@modelcontextprotocol/server';
import type { Listing, ListKind } from '../gateway/list.ts';
import type { Logger } from '../telemetry/logger.ts';

/** What MCP has a `list_changed` notification for. */
export type ChangedList = 'tools' | 'resources' | 'prompts';

const NOTIFIED: readonly { readonly changed: ChangedList; readonly kinds: readonly ListKind[] }[] = [
  { changed: 'tools', kinds: ['tools'] },
  { changed: 'resources', kinds: ['resources', 'resourceTemplates'] },
  { changed: 'prompts', kinds: ['prompts'] },
];

/** Which of a client's own lists differ: nobody is told of a change that he cannot see. */
export function changedLists(before: Listing, after: Listing): ChangedList[] {
  return NOTIFIED.filter(({ kinds }) => kinds.some((kind) => before.digest(kind) !== after.digest(kind))).map(
    ({ changed }) => changed,
  );
}

/** Tells one connected client. That it has gone meanwhile is no fault. */
export function sendListChanged(product: McpServer, changed: ChangedList, logger: Logger): void {
  const { server } = product;
  const sent = {
    tools: () => server.sendToolListChanged(),
    resources: () => server.sendResourceListChanged(),
    prompts: () => server.sendPromptListChanged(),
  }[changed]();
  sent.catch((error: unknown) =>
    logger.debug({ err: error }, 'a list_changed notification could not be sent'),
  );
}
