import { stat } from 'node:fs/promises';
import { readForward } from './lines.ts';
import { parseRecord } from './parse-record.ts';

/** Below this many bytes reading on is as fast as searching. */
const CLOSE_BYTES = 256 * 1024;

const PROBE_BYTES = 16 * 1024;

/** Lines that a probe looks at before it takes the place for unreadable. */
const PROBE_LINES = 8;

/** Where a line begins such that the records before it, as far as they are in the order of time, are before `time`. */
export async function seekTime(path: string, time: string): Promise<number> {
  let low = 0;
  let high = (await stat(path)).size;
  while (high - low > CLOSE_BYTES) {
    const middle = low + Math.floor((high - low) / 2);
    const probe = await probeAt(path, middle, high);
    // Nothing readable there: what is before it may all be wanted.
    if (probe === undefined || probe.time >= time) high = middle;
    else low = probe.offset;
  }
  return low;
}

/** The first record whose line begins behind `position`. */
async function probeAt(
  path: string,
  position: number,
  until: number,
): Promise<{ offset: number; time: string } | undefined> {
  const lines = readForward(path, { from: position, until, blockBytes: () => PROBE_BYTES });
  // The rest of the line that `position` is in.
  await lines.next();
  for (let count = 0; count < PROBE_LINES; count += 1) {
    const line = await lines.next();
    if (line === undefined || !line.terminated) return undefined;
    const record = line.problem ?? parseRecord(line.text);
    if (typeof record !== 'string') return { offset: line.offset, time: record.time };
  }
  return undefined;
}
