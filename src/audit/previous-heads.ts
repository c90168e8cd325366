import { readdir } from 'node:fs/promises';
import { readChainEnd } from './chain-end.ts';
import type { DatedHead } from './signed-head.ts';

/** How many chains a new one names: so many have to vanish together with it before nothing names the first of them. */
const MAX_PREVIOUS = 8;

/** The newest chains of a directory by their names, oldest first, and where each stands. Looks into no other chain. */
export async function findPreviousHeads(auditDirectory: string): Promise<DatedHead[]> {
  const names = await listChainNames(auditDirectory);
  const newest = names.toSorted(byAge).slice(-MAX_PREVIOUS);
  const ends = await Promise.all(
    newest.map((chain) => readChainEnd(auditDirectory, chain).catch(() => undefined)),
  );
  return ends.flatMap((end) => end?.head ?? []);
}

/** Directories that may be chains; none where there is no audit directory yet. */
export async function listChainNames(auditDirectory: string): Promise<string[]> {
  const entries = await readdir(auditDirectory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
}

/** Names say when a chain was begun, behind what began it; other names come first. */
export function byAge(a: string, b: string): number {
  const [left, right] = [begunOf(a), begunOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

function begunOf(chain: string): string {
  return /-(\d{8}T\d{6}Z)-[0-9a-f]+$/.exec(chain)?.[1] ?? '';
}
