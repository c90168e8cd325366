/**
 * Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->` in a Markdown text.
 *
 * Throws when the two markers are not there: a table must not vanish silently.
 */
export function replaceMarkedSection(text: string, name: string, section: string): string {
  const open = `<!-- ${name} -->`;
  const close = `<!-- /${name} -->`;
  const start = text.indexOf(open);
  const end = text.indexOf(close, start);
  if (start < 0 || end < 0) throw new Error(`the document has no section between ${open} and ${close}`);
  return `${text.slice(0, start + open.length)}\n${section.trim()}\n${text.slice(end)}`;
}
