import { formatMarkdownTable } from '../markdown-table.ts';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstLine, startNode } from '../../support/child-process.ts';
import { createDocument } from './document.ts';
import type { RequestComparison } from './fastmcp-requests.ts';
import { COMPILE_PARTIES, type CompileParty } from './parties.ts';

/** One compile in a process of its own. */
interface CompileSample {
  readonly cpuMs: number;
  /** `JSON.parse` of the same text in the same process. */
  readonly parseMs: number;
  readonly peakBytes: number;
  readonly tools: number;
  readonly requests?: RequestComparison;
}

/** The best of several rounds: on a machine that does other things as well, the least disturbed. */
export interface CompileLine extends CompileSample {
  readonly document: string;
  readonly party: CompileParty;
}

const CHILD = fileURLToPath(new URL('../parties/compile.ts', import.meta.url));

const DOCUMENTS = [
  {
    file: 'kubernetes/v3-1.35/api_v1.json',
    name: 'Kubernetes api_v1 (2 MB)',
    operations: 250,
    schemas: 2500,
  },
  { file: 'github/api.github.com.json', name: 'GitHub (13 MB)', operations: 1200, schemas: 16_000 },
];

/** Compiles the documents with every party. Where the directory does not have one, a generated one of its size stands in. */
export async function runCompileBench(
  directory: string,
  rounds: number,
  onProgress: (line: string) => void,
): Promise<CompileLine[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-compile-'));
  const lines: CompileLine[] = [];
  try {
    for (const { file, name, operations, schemas } of DOCUMENTS) {
      let document = path.join(directory, file);
      let title = name;
      if (!existsSync(document)) {
        document = path.join(folder, `${operations}.json`);
        title = `generated, ${operations} operations`;
        // oxlint-disable-next-line no-await-in-loop -- two of them
        await writeFile(document, JSON.stringify(createDocument(operations, schemas)));
      }
      for (const party of COMPILE_PARTIES) {
        onProgress(`${party}: ${title}`);
        // oxlint-disable-next-line no-await-in-loop -- two at once would slow each other down
        lines.push({ document: title, party, ...(await best(party, document, rounds)) });
      }
    }
    return lines;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function best(party: CompileParty, file: string, rounds: number): Promise<CompileSample> {
  const samples: CompileSample[] = [];
  for (let round = 0; round < rounds; round++) {
    const child = startNode([CHILD, party, file]);
    // oxlint-disable-next-line no-await-in-loop -- one process at a time
    samples.push(JSON.parse(await lastLine(child)) as CompileSample);
  }
  const [first] = samples.toSorted((a, b) => a.cpuMs - b.cpuMs);
  if (first === undefined) throw new RangeError('no rounds');
  return {
    ...first,
    parseMs: Math.min(...samples.map(({ parseMs }) => parseMs)),
    peakBytes: Math.min(...samples.map(({ peakBytes }) => peakBytes)),
  };
}

/** A party may write lines of its own before the one that counts. */
async function lastLine(child: ReturnType<typeof startNode>): Promise<string> {
  let text = '';
  child.process.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await firstLine(child);
  await new Promise<void>((resolve) => {
    if (child.process.exitCode !== null) resolve();
    else child.process.once('close', () => resolve());
  });
  return text.trim().split('\n').at(-1) ?? '';
}

/** A Markdown table that reads well on a terminal too. */
export function formatCompileTable(lines: readonly CompileLine[]): string {
  const head = ['document', 'party', 'CPU ms', '÷ JSON.parse', 'peak MB', 'tools', 'requests as ours'];
  const rows = lines.map(({ document, party, cpuMs, parseMs, peakBytes, tools, requests }) => [
    document,
    party,
    cpuMs.toFixed(0),
    (cpuMs / Math.max(parseMs, 0.1)).toFixed(1),
    (peakBytes / 1_048_576).toFixed(0),
    String(tools),
    requests === undefined ? '' : `${requests.equal} of ${requests.compared}`,
  ]);
  return formatMarkdownTable(head, rows);
}
