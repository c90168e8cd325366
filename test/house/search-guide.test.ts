import { readFileSync, writeFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { toPrincipal } from '../../src/cli/command.ts';
import { startDemoApi } from '../../src/cli/demo-api/server.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ALL_SOURCES } from '../../src/gateway/endpoint.ts';
import { keptLog } from '../audit/support.ts';
import { REPOSITORY } from '../generate.ts';
import type { AnyClient } from '../support/clients.ts';
import { createFolder } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { connectOverStdio } from '../support/stdio.ts';
import { codeBlocksOf, type CodeBlock } from './code-blocks.ts';

const PAGE = path.join(REPOSITORY, 'docs/search.md');
const blocks = codeBlocksOf(readFileSync(PAGE, 'utf8'));

/** `UPDATE=1 npx vitest run test/house/search-guide.test.ts` writes into the page what is answered now: read the difference. */
const IS_UPDATE = process.env['UPDATE'] !== undefined;

/** Where the page says that the API of the help desk is. */
const API = 'http://127.0.0.1:8809';

/** What a configuration has to have beside a part of it. */
const SOURCES = `sources: { helpdesk: { openapi: specs/helpdesk.yaml, url: '${API}' } }\n`;

/* The page is a story: its blocks are carried out one after the other, in one folder. */
describe('docs/search.md', () => {
  let workspace: Awaited<ReturnType<typeof createFolder>>;
  let api: Awaited<ReturnType<typeof startDemoApi>>;
  beforeAll(async () => {
    workspace = await createFolder({});
    await symlink(path.join(REPOSITORY, 'specs'), path.join(workspace.folder, 'specs'));
    api = await startDemoApi({ host: '127.0.0.1', port: 0, now: () => Date.UTC(2026, 10, 21) });
  });
  afterAll(async () => {
    await api.close();
    await workspace[Symbol.asyncDispose]();
  });

  test.each(blocks)('what stands at line $line is so ($language)', async (block) => {
    const carryOut = CARRY_OUT[block.language];
    expect(carryOut, `a block of ${block.language}`).toBeDefined();
    await carryOut?.(block);
  });

  const CARRY_OUT: Readonly<Record<string, (block: CodeBlock) => Promise<void>>> = {
    yaml: writeFile,
    console: runCommand,
    mcp: talk,
    sh: showHelp,
  };

  /** A file is written, a part of a configuration read. */
  async function writeFile({ text, line }: CodeBlock): Promise<void> {
    const [, file = '', part] = /^# (\S+\.yaml)(, a part)?\n/.exec(text) ?? [];
    expect(file, 'the block says which file it is').not.toBe('');
    if (part === undefined) return workspace.write(file, text.replaceAll(API, api.url));
    const copy = `line-${line}.yaml`;
    await workspace.write(copy, /^sources:/m.test(text) ? text : SOURCES + text);
    const environment = { EMBEDDINGS_KEY: 'key' };
    expect((await loadConfig(path.join(workspace.folder, copy), environment)).config.sources).toBeDefined();
  }

  async function runCommand({ text }: CodeBlock): Promise<void> {
    const [command = '', ...lines] = text.split('\n');
    const { out, err } = await runWith(workspace.folder, toWords(command.replace(/^\$ bailiwick /, '')));
    if (IS_UPDATE) return replaceBlock(text, `${command}\n${out}${err}`);
    expect(withoutTimes(out + err)).toBe(withoutTimes(lines.join('\n')));
  }

  /** `> tool arguments`, and what a real client is answered. */
  async function talk({ text }: CodeBlock): Promise<void> {
    const loaded = await loadConfig(path.join(workspace.folder, 'bailiwick.yaml'), {});
    const logger = keptLog();
    const app = await createApp({ loaded, logger, face: 'http', now: Date.now });
    try {
      await app.settled();
      await using client = await connectOverStdio('v2 modern', {
        gateway: app.gateway,
        principal: toPrincipal(loaded, app, 'agent'),
        endpoint: ALL_SOURCES,
        logger,
      });
      let told = '';
      for (const [, name = '', args = '{}'] of text.matchAll(/^> (\S+)(?: (.*))?$/gm)) {
        told += `> ${name}${args === '{}' ? '' : ` ${args}`}\n${await ask(client, name, args)}\n`;
      }
      if (IS_UPDATE) replaceBlock(text, told);
      else expect(told).toBe(text);
    } finally {
      await app.close(1_000);
    }
  }

  async function showHelp({ text }: CodeBlock): Promise<void> {
    for (const line of text.trim().split('\n')) {
      const [program, ...words] = toWords(line.replace(/ +# .*$/, '').replace(/ [<>|] .*$/, ''));
      if (program !== 'bailiwick') continue;
      const command = words.slice(0, ['audit', 'search', 'hints'].includes(words[0] ?? '') ? 2 : 1);
      const { status, out } = await runWith(workspace.folder, [...command, '--help']);
      expect(status, line).toBe(0);
      expect(out).toContain(`Usage: bailiwick ${command.join(' ')} `);
      for (const option of words.filter((word) => word.startsWith('--'))) expect(out, line).toContain(option);
    }
  }
});

async function ask(client: AnyClient, name: string, args: string): Promise<string> {
  if (name === 'tools/list') return (await client.listTools()).tools.map((tool) => tool.name).join('\n');
  const result = await client.callTool({ name, arguments: JSON.parse(args) as Record<string, unknown> });
  const content = result.content as readonly { readonly text?: string }[];
  return content.map(({ text = '' }) => text).join('\n');
}

function replaceBlock(before: string, after: string): void {
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(
    PAGE,
    page.replace(`\n${before}\`\`\``, () => `\n${after}\`\`\``),
  );
}

/** When it was is another time each time. */
function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\dZ/g, 'TIME');
}

/** As a shell takes a line apart, as far as the guide has need of it. */
function toWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}
