import type { JsonObject } from '../catalog/json.ts';
import type { LockEntry } from './entry.ts';
import { LOCK_VERSION } from './lock.ts';
import { toYamlText } from './yaml-text.ts';

/** What every lock begins with. */
export const HEADER = `# The definition of every tool that was reviewed. A tool that is not here, or differs from its entry, is not served.
# Written by \`bailiwick compile --lock\`: review its changes in Git, and do not edit it. \`bailiwick compile --check\` compares.
`;

/** The text of a lock. The same entries give the same bytes, whatever their order. */
export function writeLock(entries: Iterable<LockEntry>): string {
  const sorted = [...entries].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const tools: JsonObject = Object.fromEntries(
    sorted.map(({ id, digest, definition }) => [id, { digest, ...definition }]),
  );
  return HEADER + toYamlText({ version: LOCK_VERSION, tools });
}
