import { onTestFinished } from 'vitest';
import { createPostgresSink } from '../../src/audit/sinks/postgres.ts';
import { SinkFault, type SentRecord, type Sink } from '../../src/audit/sinks/sink.ts';
import { toSettings } from '../sinks/support.ts';

export const { signal } = new AbortController();

let tables = 0;

export function newTable(): string {
  return `records_${(tables += 1)}`;
}

/** A sink with these settings, closed when the test is over. */
export function openPostgresSink(settings: { url: string } & Record<string, unknown>, ca?: string): Sink {
  const { postgres } = toSettings({ stdout: undefined, postgres: settings });
  const sink = createPostgresSink(postgres!, { ca });
  onTestFinished(() => sink.close());
  return sink;
}

export async function faultOf(sink: Sink, records: readonly SentRecord[]): Promise<SinkFault> {
  try {
    await sink.deliver(records, signal);
  } catch (error) {
    if (error instanceof SinkFault) return error;
    throw error;
  }
  throw new Error('it was delivered');
}
