import type { Contribution } from '../../../src/catalog/entries.ts';
import type { SeenEntry, Sight } from '../../../src/catalog/sight.ts';
import { entryKey } from '../../../src/catalog/sight.ts';
import type { Tool } from '../../../src/catalog/tool.ts';
import { toolsOnly } from '../../../src/catalog/tools-only.ts';

const VERBS = [
  'get',
  'list',
  'create',
  'update',
  'delete',
  'search',
  'export',
  'assign',
  'archive',
  'approve',
];
const NOUNS =
  'ticket customer invoice refund order product warehouse shipment payment contract employee team project task sprint issue branch release pipeline deployment server volume snapshot network certificate secret policy alert dashboard report calendar meeting room message channel document folder template campaign lead'.split(
    ' ',
  );
const PARTS = ['comment', 'attachment', 'label', 'owner', 'history'];
const PHRASES = [
  'Only what the caller may see is answered.',
  'Needs the id of the object and answers with its new state.',
  'Pages are asked for by a cursor; the newest come first.',
  'Fails when somebody else has changed it in the meantime.',
  'What depends on it is changed, too, and told to its owner.',
];

const SOURCES = 5;

/** Ten thousand tools of five sources: a verb, an object and a part of it, described in two sentences, with five parameters. */
export function createSources(): Contribution[] {
  return Array.from({ length: SOURCES }, (_, at) => {
    const source = `company-${at}`;
    const tools = VERBS.flatMap((verb) =>
      NOUNS.flatMap((noun) => PARTS.map((part) => createTool(source, verb, noun, part))),
    );
    return toolsOnly(source, tools);
  });
}

function createTool(source: string, verb: string, noun: string, part: string): Tool {
  const phrase = PHRASES[(verb.length + noun.length + part.length) % PHRASES.length] ?? '';
  const inputSchema = {
    type: 'object',
    properties: {
      [`${noun}Id`]: text(`Id of the ${noun}.`),
      [part]: text(`The ${part}, in plain words.`),
      since: text('Only what changed after this moment.'),
      state: { type: 'string', enum: ['open', 'pending', 'done'], description: `State of the ${noun}.` },
      cursor: text('Where the page before has ended.'),
    },
  };
  const name = `${verb}_${noun}_${part}`;
  return {
    source,
    name,
    description: `Calls ${verb} for the ${part} of a ${noun}. ${phrase}`,
    inputSchema,
    validationSchema: inputSchema,
    access: 'write',
    scopes: [],
    attributes: { tags: [noun] },
    binding: { kind: 'mcp', upstreamName: name },
  };
}

function text(description: string) {
  return { type: 'string', description };
}

/** A question for every verb and object: four hundred. */
export function createQuestions(): string[] {
  return VERBS.flatMap((verb) =>
    NOUNS.map(
      (noun, at) => `please ${verb} the ${PARTS[at % PARTS.length]} of this ${noun} for our customer`,
    ),
  );
}

/** Everything, seen. */
export function createSight(sources: readonly Contribution[]): Sight {
  const entries = sources.flatMap(({ tools }) =>
    tools.map((tool): SeenEntry => {
      const { source, name } = tool;
      const key = entryKey('tool', source, name);
      return { kind: 'tool', source, own: name, key, shown: key, tool, present: () => ({ name }) };
    }),
  );
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  return { entries, named: (_, shown) => byKey.get(shown), sources: sources.map(({ source }) => source) };
}
