import { TooLongError } from '../http-transport.ts';

/** One event of a stream. Its text is `data`; `type` is `message` where the stream names none. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

export interface EventParserOptions {
  /** Characters that one event may have. */
  readonly maxLength: number;
  readonly onEvent: (event: StreamEvent) => void;
}

/**
 * Reads an event stream (WHATWG HTML, "Server-sent events"), in whatever pieces it comes. Takes time in proportion to what it is
 * given, and holds no more than one event.
 */
export interface EventParser {
  /** @throws TooLongError for an event over the bound; the parser is of no more use then. */
  push(text: string): void;
  /** The last `id` that was complete; undefined where there was none. Says where the stream can be taken up again. */
  readonly lastEventId: string | undefined;
  /** How long to wait before that, in milliseconds, where the server said so. */
  readonly retryMs: number | undefined;
}

const BYTE_ORDER_MARK = '\u{FEFF}';

export function createEventParser({ maxLength, onEvent }: EventParserOptions): EventParser {
  /** The pieces of a line that has not ended. */
  let pieces: string[] = [];
  let data: string[] = [];
  /** Characters of `pieces` and of `data`. */
  let lineLength = 0;
  let dataLength = 0;
  let type = '';
  let id: string | undefined;
  let lastEventId: string | undefined;
  let retryMs: number | undefined;
  let isFirst = true;
  let endedWithReturn = false;

  const hold = (piece: string): void => {
    lineLength += piece.length;
    if (lineLength + dataLength > maxLength) {
      throw new TooLongError(`an event of more than ${maxLength} characters`);
    }
    pieces.push(piece);
  };

  const dispatch = (): void => {
    lastEventId = id;
    const text = data.length === 1 ? (data[0] ?? '') : data.join('\n');
    const event = { type: type || 'message', data: text };
    data = [];
    dataLength = 0;
    type = '';
    // An event without text is no event: servers send one to name an id before there is anything to say.
    if (text !== '') onEvent(event);
  };

  const readField = (name: string, value: string): void => {
    if (name === 'data') {
      data.push(value);
      dataLength += value.length + 1;
    } else if (name === 'event') type = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) retryMs = Number(value);
  };

  const endLine = (rest: string): void => {
    hold(rest);
    const line = pieces.length === 1 ? rest : pieces.join('');
    pieces = [];
    lineLength = 0;
    if (line === '') return dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return;
    if (colon === -1) return readField(line, '');
    readField(line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1));
  };

  return {
    get lastEventId() {
      return lastEventId;
    },
    get retryMs() {
      return retryMs;
    },
    push(chunk) {
      let text = chunk;
      if (text === '') return;
      if (isFirst) {
        isFirst = false;
        if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
      }
      let from = endedWithReturn && text.startsWith('\n') ? 1 : 0;
      endedWithReturn = text.endsWith('\r');
      // Each of the two is looked for only beyond where it was found last: hostile text costs no more than other text.
      let newline = text.indexOf('\n', from);
      let carriageReturn = text.indexOf('\r', from);
      while (newline !== -1 || carriageReturn !== -1) {
        const isReturn = carriageReturn !== -1 && (newline === -1 || carriageReturn < newline);
        const end = isReturn ? carriageReturn : newline;
        endLine(text.slice(from, end));
        from = end + 1;
        if (isReturn && newline === from) from += 1;
        if (isReturn) carriageReturn = text.indexOf('\r', from);
        if (newline !== -1 && newline < from) newline = text.indexOf('\n', from);
      }
      if (from < text.length) hold(from === 0 ? text : text.slice(from));
    },
  };
}
