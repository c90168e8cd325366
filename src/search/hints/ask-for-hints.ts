import type { Model } from './ask-model.ts';
import type { WrittenHints } from './hint-text.ts';
import { toQuestion } from './question.ts';
import { readAnswer, type Refusal } from './read-answer.ts';
import { digestOfFacts, type ToolFacts } from './tool-facts.ts';

/** How many tools one request is about, and how many characters of facts at most, unless one tool has more. */
const BATCH = 20;
const BATCH_CHARACTERS = 12_000;

/** Tools in groups that one request each is about, in their order. */
export function toBatches(tools: readonly ToolFacts[]): ToolFacts[][] {
  const batches: ToolFacts[][] = [];
  let room = 0;
  for (const facts of tools) {
    const size = JSON.stringify(facts).length;
    const last = batches.at(-1);
    if (last && last.length < BATCH && size <= room) last.push(facts);
    else {
      batches.push([facts]);
      room = BATCH_CHARACTERS;
    }
    room -= size;
  }
  return batches;
}

export interface AskOptions {
  readonly source: string;
  readonly model: Model;
  /** The model's name, for what it wrote. */
  readonly by: string;
  /** Own names of all tools of the source. */
  readonly names: readonly string[];
  /** Takes what a batch brought, before the next one is asked for: what was paid for is kept. */
  readonly onWritten: (written: ReadonlyMap<string, WrittenHints>) => Promise<void>;
}

/** Asks a model for hints, batch by batch. Answers what was left out of its answers, and which tools got none. */
export async function askForHints(
  tools: readonly ToolFacts[],
  { source, model, by, names, onWritten }: AskOptions,
): Promise<{ readonly refused: readonly Refusal[]; readonly without: readonly string[] }> {
  const refused: Refusal[] = [];
  const without: string[] = [];
  for (const batch of toBatches(tools)) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other: what was written is kept before more is paid for
    const content = await model.ask(toQuestion(source, batch));
    const asked = batch.map(({ name }) => name);
    const answer = readAnswer(content, asked, names);
    refused.push(...answer.refused);
    const written = new Map<string, WrittenHints>();
    for (const facts of batch) {
      const hints = answer.hints.get(facts.name);
      if (hints) written.set(facts.name, { hints, by, of: digestOfFacts(facts) });
      else without.push(facts.name);
    }
    // oxlint-disable-next-line no-await-in-loop -- see above
    await onWritten(written);
  }
  return { refused, without };
}
