/** A fenced block of a Markdown page. */
export interface CodeBlock {
  /** The word behind the fence, `yaml`; empty where there is none. */
  readonly language: string;
  /** What stands between the fences, each line with its end. */
  readonly text: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
}

export function codeBlocksOf(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}
