import { BailiwickError } from '../errors.ts';
import { planArguments } from '../gateway/plan-arguments.ts';
import { validateArguments } from '../gateway/validate-arguments.ts';
import { withPins } from '../gateway/catalogs/pins.ts';
import { showsTool, toolsShown } from '../gateway/shows-tool.ts';
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
import { paint } from './terminal.ts';
import { hintAtTool } from './unknown-tool.ts';

/** `bailiwick plan`: what a call would send, by the code that would send it. */
export const addPlan: AddCommand = (program, terminal) => {
  const command = createToolCommand(
    'plan',
    'Print the exact request that a tool call would make, without sending it',
    [
      `plan helpdesk_list_tickets --args '{"status":["open","pending"],"limit":2}'`,
      `plan files_read_text_file --args '{"path":"refund-policy.md"}' --json`,
    ],
  )
    .option(
      '--as <principal>',
      'as this principal would call it, with what policy sets; without it, as the operator',
    )
    .action(async (name: string, options: ToolOptions) => {
      const given = await readArguments(options.args);
      const { loaded, logger } = await loadForCommand(options);
      const endpoint = endpointOf(loaded, options.catalog);
      const wanted = sourceOf(plainNameOf(loaded, endpoint, name), loaded);
      await withApp(terminal, { loaded, logger, ...wanted }, (app) => {
        if (wanted.only) requireSources(app);
        const snapshot = app.gateway.current();
        const window = windowOf(snapshot, endpoint);
        const principal = options.as === undefined ? undefined : toPrincipal(loaded, app, options.as);
        const view = principal && snapshot.view(principal);
        const tool = window.toolNamed(name);
        if (!tool || (view && !showsTool(view, window, tool))) {
          const refusal = new BailiwickError('UNKNOWN_TOOL', `Unknown tool: ${name}`);
          const visible = view
            ? toolsShown(view, window)
            : snapshot.catalog.tools.filter((one) => window.includes({ kind: 'tool', tool: one }));
          throw hintAtTool(refusal, { name, visible, as: options.as, held: app.held(), window });
        }
        const pinned = withPins(window.pinsOf(tool), given);
        if (!principal) validateArguments(tool, pinned);
        const asker = principal && { snapshot, principal, via: { face: 'cli' as const }, endpoint };
        const args = asker ? planArguments(asker, tool, pinned, Date.now()) : pinned;
        const plan = snapshot.upstreams.get(tool.source)?.plan(tool, args);
        if (!plan) throw new BailiwickError('UPSTREAM_UNAVAILABLE', `source ${tool.source} is not connected`);
        if (options.json) terminal.out(JSON.stringify(plan, undefined, 2));
        else if ('url' in plan) {
          const headers = Object.entries(plan.headers).map(([header, value]) => `${header}: ${value}`);
          terminal.out(
            [
              paint('bold', `${plan.method} ${plan.url}`),
              ...headers,
              ...(plan.body === null ? [] : ['', plan.body]),
            ].join('\n'),
          );
        } else {
          terminal.out(
            `${paint('bold', `${plan.upstream}: ${plan.method}`)}\n${JSON.stringify(plan.params, undefined, 2)}`,
          );
        }
      });
    });
  program.addCommand(command);
};
