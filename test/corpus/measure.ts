import type { Contribution } from '../../src/catalog/entries.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import { BailiwickError } from '../../src/errors.ts';
import { pathOf, type Layout } from './corpus-files.ts';
import { isIndependentOfOrder } from './determinism.ts';
import { emptyReport, type Difference, type DocumentReport } from './document-report.ts';
import { generateArguments } from './generate/arguments.ts';
import { seedOf } from '../support/random.ts';
import type { Entry } from './manifest.ts';
import { compareRequests, credentialPlaces, missingPlaces } from './oracle/compare.ts';
import { readDeclaration } from './oracle/declaration.ts';
import type { ReadDocument } from './oracle/resolve.ts';
import type { Oracle } from './oracle/swagger-client.ts';
import { refusals } from './strict-client.ts';
import { presentedText, type CountTokens } from './tokens.ts';
import { createValidators, type Validator } from './validators.ts';

/** What measuring needs beside the document. */
export interface Instruments {
  readonly layout: Layout;
  readonly oracle: Oracle;
  readonly countTokens: CountTokens;
}

/** Compiles one document, looks at every tool, and calls every tool once on paper. Never throws. */
export async function measureDocument(entry: Entry, instruments: Instruments): Promise<DocumentReport> {
  const { file } = entry;
  try {
    const text = instruments.layout.readText(entry, pathOf(entry)) ?? '';
    const files = instruments.layout.readClosure(entry, text);
    const before = process.threadCpuUsage();
    const source = { source: 'corpus', file: pathOf(entry), text, files };
    const contribution = compileOpenApi(source);
    for (const tool of contribution.tools) void [tool.inputSchema, tool.outputSchema];
    const { user, system } = process.threadCpuUsage(before);
    const report = await inspect(entry, contribution, instruments, (user + system) / 1000);
    const document = instruments.layout.reader(entry)(pathOf(entry));
    if (isIndependentOfOrder(source, document)) return report;
    return {
      ...report,
      violations: [...report.violations, `${file}: another order of keys gives another catalog`],
    };
  } catch (error) {
    if (error instanceof BailiwickError && error.code === 'CONFIGURATION') {
      return emptyReport(file, { refused: error.message.replace(/^.*?:\d+:\d+\s*/, '') });
    }
    return emptyReport(file, {
      crashes: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    });
  } finally {
    instruments.layout.forget();
  }
}

async function inspect(
  entry: Entry,
  contribution: Contribution,
  instruments: Instruments,
  compileMs: number,
): Promise<DocumentReport> {
  const { operations, tools, skipped, lossy } = contribution;
  const tokens = tools.map((tool) => instruments.countTokens(presentedText(tool)));
  const largest = tokens.reduce((best, count, index) => (count > (tokens[best] ?? 0) ? index : best), 0);
  const violations = tools.flatMap((tool) =>
    refusals(tool).map((each) => `${entry.file} ${tool.name}: ${each}`),
  );
  const requests = await callAll(entry, contribution, instruments, violations);
  return {
    file: entry.file,
    operations,
    compiled: tools.length,
    skipped: countBy(skipped),
    lossy: countBy(lossy),
    absent: skipped.filter(({ reason }) => reason === 'external-reference').length,
    crashes: [],
    unaccounted: Math.abs(operations - tools.length - skipped.length),
    violations,
    tokens,
    largestTool: { name: tools[largest]?.name ?? '', tokens: tokens[largest] ?? 0 },
    compileMs,
    requests,
  };
}

function countBy(rows: readonly { readonly reason: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of rows) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

async function callAll(
  entry: Entry,
  contribution: Contribution,
  { layout, oracle }: Instruments,
  violations: string[],
): Promise<DocumentReport['requests']> {
  const read = layout.reader(entry);
  const validators = createValidators();
  const credentials = credentialPlaces(read(pathOf(entry)));
  const dropped = new Set(
    contribution.lossy
      .filter((row) => /^(?:body-dropped|empty-body)$/.test(row.reason))
      .map((row) => row.operation),
  );
  const excludedBy: Record<string, number> = {};
  const differences: Difference[] = [];
  const invalidArguments: string[] = [];
  let equal = 0;
  let excluded = 0;
  for (const tool of contribution.tools) {
    // oxlint-disable-next-line no-await-in-loop -- one after another: this is work, not waiting
    const call = await callOne(entry, tool, { read, validators, oracle, credentials, dropped });
    if (call.violation !== undefined) violations.push(call.violation);
    if (!call.isValid) invalidArguments.push(`${call.operation} ${JSON.stringify(call.args).slice(0, 300)}`);
    const { difference, classes } = call;
    if (difference === undefined) equal += 1;
    else if (classes.length === 0) differences.push(difference);
    else {
      excluded += 1;
      for (const id of classes) excludedBy[id] = (excludedBy[id] ?? 0) + 1;
    }
  }
  return { compared: contribution.tools.length, equal, excludedBy, excluded, invalidArguments, differences };
}

interface Calling {
  readonly read: ReadDocument;
  readonly validators: (schema: JsonObject) => Validator;
  readonly oracle: Oracle;
  readonly credentials: ReadonlySet<string>;
  readonly dropped: ReadonlySet<string>;
}

interface Call {
  readonly operation: string;
  readonly args: JsonObject;
  readonly isValid: boolean;
  readonly violation: string | undefined;
  readonly difference: Difference | undefined;
  readonly classes: readonly string[];
}

async function callOne(entry: Entry, tool: Tool, calling: Calling): Promise<Call> {
  const { binding, validationSchema, inputSchema, attributes } = tool;
  const { method = '', path = '' } = attributes;
  const operation = `${method} ${path}`;
  if (binding.kind !== 'http') throw new Error(`${tool.name} is bound to no HTTP operation`);
  const validate = calling.validators(validationSchema);
  const { args, isValid } = generateArguments(validationSchema, binding, seedOf(operation), validate);
  const isPresented = inputSchema === validationSchema || !isValid || calling.validators(inputSchema)(args);
  const violation = isPresented
    ? undefined
    : `${entry.file} ${operation}: the presented schema refuses what the full one allows: ${JSON.stringify(args).slice(0, 500)}`;
  const declaration = readDeclaration(pathOf(entry), { method, path }, calling.read);
  const result = { operation, args, isValid, violation };
  if (declaration === undefined) {
    const difference = {
      operation,
      members: ['declaration'],
      ours: JSON.stringify(binding),
      theirs: 'not found',
    };
    return { ...result, difference, classes: [] };
  }
  const missing = calling.dropped.has(operation)
    ? []
    : missingPlaces(declaration, binding, calling.credentials);
  if (missing.length > 0) {
    const difference = { operation, members: ['places'], ours: missing.join('; '), theirs: '' };
    return { ...result, difference, classes: [] };
  }
  const { members, classes, ours, theirs } = await compareRequests(
    declaration,
    binding,
    args,
    calling.oracle,
  );
  const difference = members.length === 0 ? undefined : { operation, members, ours, theirs };
  return { ...result, difference, classes };
}
