/**
 * Runs local tools: a child of Bailiwick that speaks MCP over standard input and output, like any server over stdio. Nothing but
 * Node is needed to run it.
 *
 * Arguments: the file of zod's entry, then the files of the tools.
 */
import { Console } from 'node:console';
import { createRequire, registerHooks } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { loadTools } from './load-tools.ts';
import { createToolServer } from './serve-tools.ts';
import { textOf } from './to-result.ts';
import type { SchemaLibrary } from './to-json-schema.ts';

const [, , zod = '', ...files] = process.argv;

/** What a tool may import without having it installed: zod, and `defineTool` of this package. */
const OURS: Readonly<Record<string, string>> = {
  zod: pathToFileURL(zod).href,
  bailiwick: pathToFileURL(path.join(import.meta.dirname, `define-tool${path.extname(import.meta.filename)}`))
    .href,
};

registerHooks({
  load(url, context, next) {
    // A `package.json` beside the tools, made by `npm init`, says `"type": "commonjs"`, which nobody means who writes TypeScript.
    return next(url, url.endsWith('.ts') ? { ...context, format: 'module-typescript' } : context);
  },
  resolve(specifier, context, next) {
    const ours = OURS[specifier];
    if (ours === undefined) return next(specifier, context);
    // The whole package would start a gateway's worth of code; tools need one function of it.
    if (specifier === 'bailiwick') return { url: ours, shortCircuit: true };
    try {
      return next(specifier, context);
    } catch {
      return { url: ours, shortCircuit: true };
    }
  },
});

// Standard output is the protocol's: what tools print goes where logs go.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });

/** The zod that a tool imports itself, whose schemas another one may not know. */
const libraryOf =
  (file: string): SchemaLibrary =>
  () => {
    const found = ((): string => {
      try {
        return createRequire(file).resolve('zod');
      } catch {
        return zod;
      }
    })();
    return import(pathToFileURL(found).href);
  };

const log = (message: string): void => void process.stderr.write(`${message}\n`);

process.on('unhandledRejection', (error) => log(textOf(error)));
const receive = createToolServer({
  loaded: loadTools(files, libraryOf),
  // On a line of its own, whatever a program that a tool started left on the last one.
  send: (message) => void write(`\n${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
  log,
});
const lines = createInterface({ input: process.stdin });
lines.on('line', receive);
lines.on('close', () => process.exit(0));
