import path from 'node:path';
import { digestOf } from '../catalog/canonical.ts';
import { compileLocalTools } from '../compile/mcp/compile-local-tools.ts';
import type { SourcePlan } from '../gateway/source-pool.ts';
import { toRunnerCommand } from '../upstream/local-tools/runner-command.ts';
import type { ToolsSourceSettings } from '../upstream/local-tools/settings.ts';
import { withPrincipal } from '../upstream/local-tools/with-principal.ts';
import { createMcpUpstream, type McpUpstreamOptions } from '../upstream/mcp/mcp-upstream.ts';
import { environmentOf, isolationOf } from './child-sources.ts';
import type { LoadedConfig } from './load.ts';

type Deps = Pick<McpUpstreamOptions, 'logger' | 'now' | 'clientInfo'> & { readonly loaded: LoadedConfig };

/** A source of local modules: a runner of ours over stdio, governed like any server there. */
export function planLocalTools(source: string, settings: ToolsSourceSettings, deps: Deps): SourcePlan {
  const { loaded, ...rest } = deps;
  const files = loaded.toolFiles.get(source) ?? [];
  const folder = path.dirname(loaded.file);
  // The same file twice is one tool, however it is named.
  const paths = [...new Set(files.map(({ file }) => file))];
  const runner = toRunnerCommand(paths, folder);
  const isolation = isolationOf(settings, loaded, runner.folders);
  const [, ...args] = runner.command;
  return {
    key: digestOf({ settings, isolation, files: files.map((each) => ({ ...each })) }),
    create: () =>
      withPrincipal(
        createMcpUpstream({
          ...rest,
          source,
          server: {
            // A container has a Node of its own.
            command: isolation.level === 'container' ? ['node', ...args] : runner.command,
            env: environmentOf(settings, process.env),
            cwd: runner.cwd,
            isolation,
          },
          compile: (lists) =>
            compileLocalTools({ source, ...lists, toShownFile: (file) => path.relative(folder, file) }),
          secrets: loaded.secrets,
          timeoutMs: settings.timeout,
          startupTimeoutMs: settings.startupTimeout,
          // The runner keeps nothing of a caller: it is told with each call whose it is.
          sessions: { mode: 'shared' },
        }),
      ),
  };
}
