import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TooLongError } from '../../src/upstream/mcp/http-transport.ts';
import { createEventParser, type StreamEvent } from '../../src/upstream/mcp/wire/event-parser.ts';

interface Read {
  readonly events: StreamEvent[];
  readonly lastEventId: string | undefined;
  readonly retryMs: number | undefined;
}

function read(pieces: readonly string[], maxLength = 1_000_000): Read {
  const events: StreamEvent[] = [];
  const parser = createEventParser({ maxLength, onEvent: (event) => events.push(event) });
  for (const piece of pieces) parser.push(piece);
  return { events, lastEventId: parser.lastEventId, retryMs: parser.retryMs };
}

/** WHATWG HTML, "Interpreting an event stream", word by word, of a text that is there as a whole. */
function readAsWritten(text: string): Read {
  const events: StreamEvent[] = [];
  let [data, type, id] = ['', '', undefined as string | undefined];
  let lastEventId: string | undefined;
  let retryMs: number | undefined;
  const lines = text.replace(/^\u{FEFF}/u, '').split(/\r\n|\n|\r/);
  // What follows the last end of a line is no line yet.
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      lastEventId = id;
      if (data !== '' && data !== '\n') events.push({ type: type || 'message', data: data.slice(0, -1) });
      [data, type] = ['', ''];
      continue;
    }
    const [, name = '', value = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line) ?? [];
    if (line.startsWith(':')) continue;
    if (name === 'data') data += `${value}\n`;
    if (name === 'event') type = value;
    if (name === 'id' && !value.includes('\0')) id = value;
    if (name === 'retry' && /^[0-9]{1,9}$/.test(value)) retryMs = Number(value);
  }
  return { events, lastEventId, retryMs };
}

const token = fc.constantFrom(
  'data',
  'data: x',
  'data:  y',
  'event: z',
  'event',
  'id: 7',
  'id',
  'id: \0',
  'retry: 25',
  'retry: 2x',
  ': comment',
  ':',
  ' ',
  '\u{FEFF}',
  'ü😀',
  '\n',
  '\r',
  '\r\n',
  '\n\n',
);
const stream = fc.array(fc.oneof({ weight: 8, arbitrary: token }, fc.string({ unit: 'binary' })), {
  maxLength: 40,
});

test('an event stream is read as its specification says, wherever it is cut', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(200), { maxLength: 10 }), (parts, cuts) => {
      const text = parts.join('');
      const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b), text.length];
      const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
      expect(read(pieces)).toEqual(readAsWritten(text));
    }),
    { numRuns: 3_000 },
  );
});

test('an event is bounded, however it comes and whatever it is made of', () => {
  const flood = ['data: aaaaaaaaaa\n', 'x'.repeat(20), ': aaaaaaaaaaaaaaaa'];
  for (const piece of flood) {
    const parser = createEventParser({ maxLength: 100, onEvent: () => {} });
    const push = (): void => {
      for (let round = 0; round < 50; round += 1) parser.push(piece);
    };
    expect(push).toThrow(TooLongError);
  }
  // Comments that keep a stream alive are held by nobody.
  expect(
    read(
      Array.from({ length: 1_000 }, () => ': still here\n'),
      100,
    ).events,
  ).toEqual([]);
});

test('a long line in many pieces, and many short lines, take time in proportion', () => {
  const pieces = Array.from({ length: 20_000 }, () => 'x'.repeat(500));
  const started = performance.now();
  const { events } = read(['data: ', ...pieces, '\n\n', '\n'.repeat(2_000_000), '\r'], 20_000_000);
  expect(events).toHaveLength(1);
  expect(events[0]?.data).toHaveLength(10_000_000);
  // A reader that looks at everything again with each piece takes minutes.
  expect(performance.now() - started).toBeLessThan(10_000);
});
