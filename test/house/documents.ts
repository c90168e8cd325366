import { posix } from 'node:path';

/** A committed text file; `path` is relative to the root of the repository. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Relative links of Markdown files that lead to no committed file or folder, or to no heading in it. */
export function findBrokenLinks(pages: readonly TextFile[], committed: readonly string[]): string[] {
  const targets = new Set(committed.flatMap((file) => [file, ...foldersOf(file)]));
  const byPath = new Map(pages.map((page) => [page.path, page.text]));
  return pages.flatMap((page) =>
    linksOf(page.text).flatMap((link) => {
      if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return [];
      const [file = '', anchor] = link.split('#');
      const target =
        file === '' ? page.path : posix.normalize(posix.join(posix.dirname(page.path), decodeURI(file)));
      if (!targets.has(target.replace(/\/$/, ''))) return [`${page.path}: nothing at ${link}`];
      const text = byPath.get(target);
      if (anchor === undefined || text === undefined || anchorsOf(text).includes(anchor)) return [];
      return [`${page.path}: no heading at ${link}`];
    }),
  );
}

function linksOf(markdown: string): string[] {
  const prose = withoutCode(markdown);
  const inline = [...prose.matchAll(/\]\(\s*<?([^()\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/gm)];
  const html = [...prose.matchAll(/\b(?:href|src|srcset)="([^"]+)"/g)];
  return [...inline, ...references, ...html].map((match) => match[1]!);
}

/** The anchors GitHub gives to headings, the second of a name with `-1`, and so on. */
function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  const headings = [...withoutFences(markdown).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => {
    const slug = match[1]!
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  const named = [...markdown.matchAll(/<a (?:id|name)="([^"]+)"/g)].map((match) => match[1]!);
  return [...headings, ...named];
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replaceAll(/(`+)[^`]+?\1/g, '');
}

function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^( *)(```|~~~)[\s\S]*?^\1\2.*$/gm, '');
}

function foldersOf(file: string): string[] {
  const folder = posix.dirname(file);
  return folder === '.' ? ['.'] : [folder, ...foldersOf(folder)];
}

/** What does not belong into a committed text: it ties the file to the machine it was made on, or it is a note to oneself. */
const FOREIGN: readonly [RegExp, string][] = [
  [/(?<![\w.:/-])\/(?:home|root|Users|work)\/[\w.-]/, 'a path of a machine'],
  [/(?<![\w.:/-])\/tmp\/[\w.-]/, 'a temporary path'],
  [/\b[A-Z]:\\Users\\/, 'a path of a machine'],
  [/\bregistry\.(?:npmjs\.org|yarnpkg\.com)|\bnpm\.pkg\.github\.com/, 'the host of a registry'],
  [/"resolved":\s*"https?:/, 'the address of a package'],
  [/\b(?:TO(?:DO)|FIX(?:ME)|X{3})\b/, 'a note to oneself'],
];

/** Lines that hold something of the kind, as `file:line: what`. */
export function findForeignText(files: readonly TextFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        FOREIGN.filter(([form]) => form.test(line)).map(([, what]) => `${path}:${index + 1}: ${what}`),
      ),
  );
}

/** Decision records that the index lacks, index rows without a record, and numbers that are not in sequence. */
export function findDecisionFaults(index: string, files: readonly string[]): string[] {
  const records = files.filter((file) => file !== 'README.md').toSorted();
  const listed = [...index.matchAll(/\]\(([^)]+\.md)\)/g)].map((match) => match[1]!);
  return [
    ...records.filter((file) => !listed.includes(file)).map((file) => `${file} is not in the index`),
    ...listed
      .filter((file) => !records.includes(file))
      .map((file) => `the index lists ${file}, which is not there`),
    ...records.flatMap((file, position) =>
      file.startsWith(`${String(position + 1).padStart(4, '0')}-`)
        ? []
        : [`${file} is number ${position + 1}`],
    ),
  ];
}
