import type { Tool } from '../../src/catalog/tool.ts';
import { importPeer } from './peers.ts';

/** Counts the o200k tokens of a text. */
export type CountTokens = (text: string) => number;

export async function loadTokenizer(): Promise<CountTokens> {
  const { countTokens } = await importPeer<Tokenizer>('gpt-tokenizer/encoding/o200k_base');
  // `<|endoftext|>` in a description is text like any other.
  return (text) => countTokens(text, { disallowedSpecial: new Set() });
}

interface Tokenizer {
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number;
}

/** A tool as a client's model sees it, under its own name. */
export function presentedText({ name, description, inputSchema }: Tool): string {
  return JSON.stringify({ name, description, inputSchema });
}
