import { statSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { emptyReport, type DocumentReport } from './document-report.ts';
import type { Entry } from './manifest.ts';

/** A document that takes longer hangs, which is as bad as a crash. */
const DOCUMENT_WITHIN_MS = 150_000;

/** Measures the chosen documents in `threads` threads, the largest first. Reports come back in the order of `chosen`. */
export async function measureAll(
  directory: string,
  { all, chosen, threads }: { all: readonly Entry[]; chosen: readonly Entry[]; threads: number },
  onReport: (report: DocumentReport) => void,
): Promise<DocumentReport[]> {
  const sizeOf = (entry: Entry): number =>
    statSync(path.join(directory, entry.file), { throwIfNoEntry: false })?.size ?? 0;
  const queue = chosen.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const reports = new Map<string, DocumentReport>();

  async function work(): Promise<void> {
    let worker: Worker | undefined;
    for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
      worker ??= new Worker(new URL('./worker.ts', import.meta.url), {
        workerData: { directory, entries: all },
      });
      // oxlint-disable-next-line no-await-in-loop -- the thread does one thing at a time
      const { report, isAlive } = await ask(worker, entry);
      if (!isAlive) worker = undefined;
      reports.set(entry.file, report);
      onReport(report);
    }
    await worker?.terminate();
  }

  await Promise.all(Array.from({ length: threads }, work));
  return chosen.flatMap(({ file }) => reports.get(file) ?? []);
}

function ask(worker: Worker, entry: Entry): Promise<{ report: DocumentReport; isAlive: boolean }> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => crashed(`did not end within ${DOCUMENT_WITHIN_MS} ms`),
      DOCUMENT_WITHIN_MS,
    );
    function end(report: DocumentReport, isAlive: boolean): void {
      clearTimeout(timer);
      worker.off('message', answered).off('error', crashed).off('exit', ended);
      if (!isAlive) void worker.terminate();
      resolve({ report, isAlive });
    }
    function answered(report: DocumentReport): void {
      end(report, true);
    }
    function crashed(problem: unknown): void {
      end(emptyReport(entry.file, { crashes: [String(problem)] }), false);
    }
    function ended(code: number): void {
      crashed(`the thread ended with ${code}`);
    }
    worker.on('message', answered).on('error', crashed).on('exit', ended);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
    worker.postMessage(entry);
  });
}
