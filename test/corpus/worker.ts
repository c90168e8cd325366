import { parentPort, workerData } from 'node:worker_threads';
import { Layout } from './corpus-files.ts';
import type { Entry } from './manifest.ts';
import { measureDocument } from './measure.ts';
import { loadOracle } from './oracle/swagger-client.ts';
import { loadTokenizer } from './tokens.ts';

/* A thread that measures the documents it is sent, one at a time. */

const { directory, entries } = workerData as { directory: string; entries: readonly Entry[] };
const instruments = {
  layout: new Layout(directory, entries),
  oracle: await loadOracle(),
  countTokens: await loadTokenizer(),
};

parentPort?.on('message', (entry: Entry) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
  void measureDocument(entry, instruments).then((report) => parentPort?.postMessage(report));
});
