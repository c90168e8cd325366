import path from 'node:path';

/*
 * The rule of the house: which folder of `src` may import what. `architecture.test.ts` holds the code to it, and the
 * README prints the table.
 */

/** Every folder of `src`, ring by ring from the top. A folder imports from rings above its own, never from below or beside. */
const FOLDERS = [
  {
    ring: 'words',
    folder: 'catalog',
    does: 'tools, resources and prompts as data; names; the snapshot and its digest',
  },
  { ring: 'words', folder: 'identity', does: 'who calls, and the proof of it' },
  {
    ring: 'words',
    folder: 'state',
    does: 'what outlives a call: the store and its homes, memory, SQLite and Redis',
  },
  { ring: 'words', folder: 'telemetry', does: 'the log' },
  {
    ring: 'words',
    folder: 'text',
    does: 'YAML read as JSON, with the place of each value; the nearest known word',
  },
  { ring: 'single jobs', folder: 'compile', does: 'sources → catalog entries; pure: no network, no clock' },
  {
    ring: 'single jobs',
    folder: 'lock',
    does: '`bailiwick.lock`: definitions that were reviewed, and what differs from them',
  },
  { ring: 'single jobs', folder: 'policy', does: 'rules, selectors, decide, view' },
  { ring: 'single jobs', folder: 'audit', does: 'records, hash chain, verification, sinks' },
  { ring: 'single jobs', folder: 'upstream', does: 'reaching what lies behind: HTTP APIs and MCP servers' },
  { ring: 'product', folder: 'gateway', does: 'what the product does: list, call, read, complete' },
  {
    ring: 'product',
    folder: 'search',
    does: 'the index over the catalog, and the tools that find, describe and call',
  },
  { ring: 'faces', folder: 'config', does: '`bailiwick.yaml`: load, check, watch, JSON Schema' },
  { ring: 'faces', folder: 'server', does: 'MCP over HTTP and stdio, in both eras' },
  { ring: 'command line', folder: 'cli', does: 'one file per command, and the demo API' },
] as const;

const RINGS = ['words', 'single jobs', 'product', 'faces', 'command line'] as const;

/** Files directly in `src`: what each may import of ours. `app.ts` wires, so it sees every folder. */
const ROOT_FILES: Record<string, { folders: 'all' | readonly string[]; files: readonly string[] }> = {
  'errors.ts': { folders: [], files: [] },
  'app.ts': { folders: 'all', files: ['errors.ts'] },
  'index.ts': { folders: 'all', files: ['app.ts', 'errors.ts'] },
  'main.ts': { folders: ['cli'], files: ['app.ts', 'errors.ts'] },
};

/** Who may import `app.ts` beside `main.ts` and `index.ts`: the face that starts it. */
const STARTS_THE_APP = ['cli'];

/** What crosses the rings nevertheless, each with its reason. */
const EXCEPTIONS: readonly { from: string; to: RegExp; because: string }[] = [
  {
    from: 'config',
    to: /^[a-z]+\/settings\.ts$/,
    because: 'config composes the schema slice that each folder owns',
  },
];

/** Third parties with one home: an upgrade, or a replacement, touches that folder alone. */
const HOMES: Record<string, readonly string[]> = {
  '@jmespath-community/jmespath': ['text'],
  '@marcbachmann/cel-js': ['policy'],
  re2js: ['policy'],
  express: ['server'],
  cors: ['server'],
  '@modelcontextprotocol/server': ['server'],
  '@modelcontextprotocol/node': ['server'],
  '@modelcontextprotocol/client': ['upstream'],
  undici: ['upstream', 'audit', 'identity', 'search'],
  '@kubernetes/client-node': ['upstream', 'operator'],
  'json-p3': ['compile'],
  pino: ['telemetry'],
  jose: ['identity'],
  'oidc-provider': ['identity'],
  ioredis: ['state'],
  pg: ['audit'],
  commander: ['cli'],
  'jsonc-parser': ['cli'],
  'gpt-tokenizer': ['gateway'],
  stemmer: ['search'],
  '@huggingface/transformers': ['search'],
};

/** Third parties without types of their own in our interfaces: any folder may use them. */
const EVERYWHERE = ['ajv', 'ajv-formats', 'canonicalize', 'yaml', 'zod'];

/** Built-in modules that reach out of the process, closed to folders that promise not to. */
const PURE_FOLDERS = ['catalog', 'compile', 'lock', 'text'];
const REACHES_OUT = /^node:(fs|net|http|https|http2|tls|dns|dgram|child_process|worker_threads|timers)(\/|$)/;

/** A source file; `path` is relative to `src`, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Each crossing of the rule, as `file → target: why not`. */
export function findCrossings(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    importsOf(file.text).flatMap((imported) => {
      const why = imported.target.startsWith('.')
        ? whyNotOurs(file.path, imported)
        : whyNotTheirs(file.path, imported.target);
      return why === undefined ? [] : [`src/${file.path} → ${imported.target}: ${why}`];
    }),
  );
}

/**
 * Static, dynamic and type imports, and re-exports. Top-level statements begin in the first column, because the
 * formatter is part of the check; so a line of a comment or of a text is not taken for one.
 */
export function importsOf(text: string): Import[] {
  const statements = [
    ...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm),
  ];
  const calls = [...text.matchAll(/^(?!\s*(?:\*|\/\/)).*?\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm)];
  return [
    ...statements.map((match) => ({ target: match[2]!, typeOnly: match[1] !== undefined })),
    ...calls.map((match) => ({ target: match[1]!, typeOnly: false })),
  ];
}

function whyNotOurs(from: string, { target, typeOnly }: Import): string | undefined {
  const to = path.posix.normalize(path.posix.join(path.posix.dirname(from), target));
  if (to === '../package.json') return undefined;
  if (to.startsWith('..')) return 'outside src';
  const [fromFolder, toFolder] = [folderOf(from), folderOf(to)];
  if (fromFolder !== undefined && fromFolder === toFolder) return undefined;
  if (EXCEPTIONS.some((exception) => exception.from === fromFolder && exception.to.test(to)))
    return undefined;
  if (fromFolder === undefined) return whyNotFromRoot(from, to, toFolder);
  if (toFolder === undefined) {
    if (to === 'errors.ts' || (to === 'app.ts' && STARTS_THE_APP.includes(fromFolder))) return undefined;
    return `only ${to === 'app.ts' ? 'the bin and the faces that start it import app.ts' : 'nobody imports ' + to}`;
  }
  const [fromRing, toRing] = [ringOf(fromFolder), ringOf(toFolder)];
  if (fromRing < 0) return `${fromFolder}/ has no row in the table of folders`;
  if (toRing < 0) return `${toFolder}/ has no row in the table of folders`;
  if (toRing < fromRing || (typeOnly && toRing === 0)) return undefined;
  const where = toRing === fromRing ? 'beside it' : 'below it';
  return `${fromFolder}/ is in the ring "${RINGS[fromRing]}", and ${toFolder}/ is ${where}; let app.ts hand it over`;
}

function whyNotFromRoot(from: string, to: string, toFolder: string | undefined): string | undefined {
  const rule = ROOT_FILES[from];
  if (rule === undefined) return `src/${from} has no row: put it into a folder`;
  const allowed =
    toFolder === undefined
      ? rule.files.includes(to)
      : rule.folders === 'all' || rule.folders.includes(toFolder);
  return allowed ? undefined : `src/${from} does not import this`;
}

function whyNotTheirs(from: string, target: string): string | undefined {
  const folder = folderOf(from) ?? from;
  if (target.startsWith('node:')) {
    const isPure = PURE_FOLDERS.includes(folder);
    return isPure && REACHES_OUT.test(target)
      ? `${folder}/ is pure: it reaches nothing outside the process`
      : undefined;
  }
  const name = target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
  if (EVERYWHERE.includes(name)) return undefined;
  const homes = HOMES[name];
  if (homes === undefined) return `${name} has no home in the table of third parties`;
  return homes.includes(folder)
    ? undefined
    : `${name} lives in ${homes.map((home) => `${home}/`).join(' and ')}`;
}

function folderOf(file: string): string | undefined {
  return file.includes('/') ? file.split('/')[0] : undefined;
}

function ringOf(folder: string): number {
  const row = FOLDERS.find((candidate) => candidate.folder === folder);
  return row === undefined ? -1 : RINGS.indexOf(row.ring);
}

/** Each break of the form every file keeps, as `file: what`. */
export function findFormFaults(files: readonly SourceFile[]): string[] {
  const forms: [RegExp, string][] = [
    [/^export default\b|^export \{[^}]*\bas default\b/m, 'a default export; exports have names'],
    [/^(export )?(declare )?(const )?enum\b/m, 'an enum; use a union of texts'],
    [/^(export )?(declare )?namespace\b/m, 'a namespace; use a file'],
    [/^(export )?(let|var)\b/m, 'state of the module; hand state over as an argument'],
  ];
  return files.flatMap((file) => [
    ...(/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(file.path)
      ? []
      : [`src/${file.path}: the name is not kebab-case`]),
    ...forms.filter(([form]) => form.test(file.text)).map(([, fault]) => `src/${file.path}: ${fault}`),
  ]);
}

/** Folders without a row in the table, and rows without a folder. */
export function findFolderFaults(folders: readonly string[]): string[] {
  const rows: readonly string[] = FOLDERS.map(({ folder }) => folder);
  return [
    ...folders.filter((folder) => !rows.includes(folder)).map((folder) => `src/${folder} has no row`),
    ...rows.filter((folder) => !folders.includes(folder)).map((folder) => `the row ${folder} has no folder`),
  ];
}

/**
 * What is wrong with the bin: it must read the version of Node before anything else of ours is loaded, so that an old
 * Node says so instead of failing on syntax it does not know.
 */
export function findBinFaults(text: string): string[] {
  const staticImports = importsOf(text.replaceAll(/\bimport\(/g, 'later(')).filter(
    ({ typeOnly }) => !typeOnly,
  );
  const faults = staticImports.map(
    ({ target }) => `src/main.ts: ${target} is loaded before the version of Node is known`,
  );
  const check = text.search(/process\.versions?\b/);
  const first = text.search(/\bimport\(/);
  if (check < 0) faults.push('src/main.ts: does not look at the version of Node');
  else if (first >= 0 && first < check)
    faults.push('src/main.ts: imports before it looks at the version of Node');
  return faults;
}

/** The table of folders as Markdown, for the README. */
export function folderTable(): string {
  const rows = FOLDERS.map(({ ring, folder, does }, index) => {
    const isFirst = FOLDERS[index - 1]?.ring !== ring;
    return `| ${isFirst ? ring : ''} | \`src/${folder}/\` | ${does} |`;
  });
  return ['| ring | folder | what it does |', '|---|---|---|', ...rows].join('\n');
}
