/**
 * Calls every operation of some documents over HTTP, on a server that is not ours and validates what it receives.
 *
 *   npm run servers -- [DIRECTORY] [--json]
 *
 * The documents are in `documents.ts`; those of the corpus are left out where the directory (default `../shared/specs`) does not
 * have them. Exit 0: every request was accepted, or is on the list of what the validator cannot read. 1: one was refused.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import { createHttpUpstream } from '../../src/upstream/http/http-upstream.ts';
import { generateArguments } from '../corpus/generate/arguments.ts';
import { seedOf } from '../support/random.ts';
import { installPeers } from '../corpus/peers.ts';
import { createValidators } from '../corpus/validators.ts';
import { DOCUMENTS, type ServedDocument } from './documents.ts';
import { startValidatingServer } from './validating-server.ts';
import { UNREADABLE } from './unreadable.ts';

interface Row {
  readonly file: string;
  readonly operations: number;
  readonly accepted: number;
  /** By the reason why the validator cannot read them. */
  readonly unreadable: Record<string, number>;
  readonly refused: string[];
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [directory = '../shared/specs'] = positionals;
process.exitCode = await main();

async function main(): Promise<number> {
  await installPeers();
  const rows: Row[] = [];
  for (const document of DOCUMENTS) {
    const file = document.from === 'own' ? document.file : path.join(directory, document.file);
    if (!existsSync(file)) {
      process.stderr.write(`${file} is not there: left out\n`);
      continue;
    }
    // oxlint-disable-next-line no-await-in-loop -- a server at a time
    rows.push(await callDocument(file, document));
  }
  process.stdout.write(values.json ? `${JSON.stringify({ rows }, undefined, 2)}\n` : describe(rows));
  return rows.length > 0 && rows.every(({ refused }) => refused.length === 0) ? 0 : 1;
}

async function callDocument(file: string, document: ServedDocument): Promise<Row> {
  const text = await readFile(file, 'utf8');
  const contribution = compileOpenApi({ source: 'served', file: document.file, text });
  const server = await startValidatingServer(parse(text, { logLevel: 'silent' }) as JsonObject, {
    hasForms: document.hasForms === true,
  });
  const upstream = createHttpUpstream({
    source: 'served',
    contribution: () => contribution,
    url: server.url,
    privateNetwork: true,
    timeoutMs: 20_000,
    maxResponseBytes: 1_000_000,
  });
  const row: Row = {
    file: document.file,
    operations: contribution.tools.length,
    accepted: 0,
    unreadable: {},
    refused: [],
  };
  let accepted = 0;
  const validators = createValidators();
  const signal = AbortSignal.timeout(240_000);
  try {
    for (const tool of contribution.tools) {
      const { args } = argumentsOf(tool, validators(tool.validationSchema));
      // oxlint-disable-next-line no-await-in-loop -- one request after another
      const problem = await callTool(upstream, tool, args, signal);
      const reason =
        problem === undefined ? undefined : UNREADABLE.find((one) => one.applies(tool, args, problem));
      if (problem === undefined) accepted += 1;
      else if (reason !== undefined) row.unreadable[reason.id] = (row.unreadable[reason.id] ?? 0) + 1;
      else
        row.refused.push(
          `${tool.attributes.method} ${tool.attributes.path}: ${problem} ${JSON.stringify(args).slice(0, 300)}`,
        );
    }
    return { ...row, accepted };
  } finally {
    await upstream.close();
    await server.close();
  }
}

function argumentsOf(tool: Tool, isValid: (args: JsonObject) => boolean): { args: JsonObject } {
  if (tool.binding.kind !== 'http') throw new Error(`${tool.name} is bound to no HTTP operation`);
  return generateArguments(tool.validationSchema, tool.binding, seedOf(tool.name), isValid);
}

type Upstream = ReturnType<typeof createHttpUpstream>;

/** Why the request was not accepted; `undefined`: it was. */
async function callTool(
  upstream: Upstream,
  tool: Tool,
  args: JsonObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const outcome = await upstream.callTool(tool, args, { signal });
    return outcome.status === 'ok' ? undefined : JSON.stringify(outcome.result.content).slice(0, 500);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function describe(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ file, operations, accepted, unreadable, refused }) => [
    `${file}: ${accepted} of ${operations} accepted`,
    ...Object.entries(unreadable).map(([id, count]) => {
      const reason = UNREADABLE.find((one) => one.id === id);
      return `    ${count} the validator cannot read: ${reason?.why ?? id}`;
    }),
    ...refused.map((each) => `    REFUSED ${each}`),
  ]);
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const counts = `${sum((row) => row.refused.length)} refused`;
  const total = `${sum((row) => row.accepted)} of ${sum((row) => row.operations)} requests accepted by express-openapi-validator`;
  return `${lines.join('\n')}\n${total}, ${counts}\n`;
}
