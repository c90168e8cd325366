import { isMap, isScalar, parseDocument, YAMLMap, type Document, type Pair } from 'yaml';

/** What a model wrote for a tool. */
export interface WrittenHints {
  readonly hints: readonly string[];
  readonly by: string;
  readonly of: string;
}

/** The first lines of a file that is new. */
const HEADING = ` Words in which people ask for tools. A list is what a person wrote and is left alone; \`hints\`, \`by\` and \`of\` are what a model
 wrote, and of what: \`bailiwick hints write\` asks again when the tool has changed. To keep a model's words for good, make them a list.`;

/**
 * The text of a file of hints with what a model wrote for tools of a source in it. What people wrote stays as it is, with its comments;
 * tools of the source are in the order of their names. The same input gives the same bytes.
 *
 * @param text What the file holds, which `readHintFile` can read; absent: there is no file yet.
 */
export function writeHints(
  text: string | undefined,
  source: string,
  written: ReadonlyMap<string, WrittenHints>,
): string {
  const document: Document = parseDocument(text ?? '', { schema: 'core' });
  if (text === undefined) document.commentBefore = HEADING;
  if (!isMap(document.contents)) document.contents = new YAMLMap() as never;
  const root = document.contents;
  const existing = root.get(source);
  const tools = isMap(existing) ? existing : new YAMLMap();
  if (tools !== existing) root.set(source, tools);
  tools.flow = false;
  for (const [tool, { hints, by, of }] of written) {
    const words = document.createNode([...hints], { flow: true });
    const entry = new YAMLMap();
    entry.set('hints', words);
    entry.set('by', by);
    entry.set('of', of);
    tools.set(tool, entry);
  }
  tools.items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}
