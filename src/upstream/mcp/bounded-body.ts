/** The longest answer, and the longest event of a stream, that is read. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** An answer is longer than what is read. */
export class TooLongError extends Error {
  override name = 'TooLongError';
}

/** How an event of a stream ends: with an empty line (WHATWG HTML, "Server-sent events"). */
const EVENT_ENDS = ['\n\n', '\r\n\r\n', '\r\r'] as const;
const NEWLINES = new Set<number | undefined>([10, 13]);

/**
 * The response with a bounded body: all of it, or for an event stream each event. Counted is what is read, after any compression.
 *
 * @param onEnd told once, when the body has ended, broke, or is no longer read
 */
export function withinBound(response: Response, onEnd: () => void = () => {}): Response {
  if (!response.body) return response;
  const isEventStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const { status, statusText, headers } = response;
  return new Response(bound(response.body.getReader(), isEventStream, onEnd), {
    status,
    statusText,
    headers,
  });
}

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

function bound(
  reader: Reader,
  isEventStream: boolean,
  onEnd: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  let last: number | undefined;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          onEnd();
          return controller.close();
        }
        bytes = (isEventStream ? afterLastEvent(value, last) : undefined) ?? bytes + value.length;
        last = value.at(-1);
        if (bytes > MAX_MESSAGE_BYTES) throw new TooLongError(`more than ${MAX_MESSAGE_BYTES} bytes`);
        controller.enqueue(value);
      } catch (error) {
        onEnd();
        controller.error(error);
        await reader.cancel(error).catch(() => {});
      }
    },
    async cancel(reason) {
      onEnd();
      await reader.cancel(reason);
    },
  });
}

/** How many bytes of a piece follow the last event that ends in it; `undefined` where none does. */
function afterLastEvent(chunk: Uint8Array, before: number | undefined): number | undefined {
  const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  const ends = EVENT_ENDS.map((end) => {
    const at = piece.lastIndexOf(end, undefined, 'latin1');
    return at === -1 ? -1 : at + end.length;
  });
  const inside = Math.max(...ends);
  if (inside > 0) return piece.length - inside;
  // The empty line may be split between two pieces.
  return NEWLINES.has(before) && NEWLINES.has(piece[0]) ? piece.length - 1 : undefined;
}
