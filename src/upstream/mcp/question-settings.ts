import { z } from 'zod';

const forwarding = (what: string) =>
  z
    .enum(['forward', 'refuse'])
    .default('forward')
    .meta({
      description: `${what} \`refuse\`: the server is told that no client offers it.`,
      examples: ['refuse'],
    });

/** What a server may ask of the clients behind its calls. */
export const QuestionSettings = z
  .strictObject({
    sampling: forwarding("Whether the server may have the client's model generate text."),
    elicitation: forwarding(
      'Whether the server may ask the person in front of the client: by a form, or by a page to open.',
    ),
    roots: forwarding("Whether the server may learn the client's folders."),
  })
  .prefault({})
  .meta({
    description:
      'What the server may ask of the client that calls it. A question reaches the client that caused it and no other, with the name of the source.',
    examples: [{ sampling: 'refuse' }],
  });

export type QuestionSettings = z.output<typeof QuestionSettings>;

/** The settings of each source that can ask anything. */
export function questionsOf(
  sources: Readonly<Record<string, object | { readonly questions: QuestionSettings }>>,
): ReadonlyMap<string, QuestionSettings> {
  return new Map(
    Object.entries(sources).flatMap(([source, settings]) =>
      'questions' in settings ? [[source, settings.questions]] : [],
    ),
  );
}
