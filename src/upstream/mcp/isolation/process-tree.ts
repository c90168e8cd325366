import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The variable by which a process is known as a child's, or as one that a child started. */
export const MARK = 'BAILIWICK_CHILD';

/** A group of processes: what one child started, however it did. */
export interface Family {
  /** The child's process, which leads a session of its own. Absent where only the mark is known. */
  readonly leader?: number;
  /** What {@link MARK} holds in their environment; a trailing `*` stands for any ending. */
  readonly mark: string;
}

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
}

/**
 * All processes of a family (proc(5)): of the leader's session, below one of them, and those that left both but kept the
 * mark. Empty where there is no `/proc`.
 *
 * @param isThorough also look for the mark, which takes a file to be read for every process of the machine
 */
export function membersOf(family: Family, isThorough: boolean): number[] {
  const entries = listProcesses();
  const { leader, mark } = family;
  const members = new Set<number>();
  for (const { pid, session } of entries) {
    if (pid === leader || session === leader || (isThorough && isMarked(pid, mark))) members.add(pid);
  }
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const { pid, parent } of entries) if (members.has(parent)) members.add(pid);
  }
  members.delete(process.pid);
  return [...members];
}

/** Memory that belongs to a process alone or is shared in memory, in bytes. 0 for one that is gone. */
export function memoryOf(pid: number): number {
  const status = read(`/proc/${pid}/status`);
  return ['RssAnon', 'RssShmem'].reduce(
    (sum, key) =>
      sum + 1024 * Number(new RegExp(String.raw`^${key}:\s+(\d+) kB`, 'm').exec(status)?.[1] ?? 0),
    0,
  );
}

/** Ends a family. Repeated, because a process may start another one while it is looked for. */
export async function killFamily(family: Family): Promise<void> {
  // The whole group at once: a process that is being killed starts no other.
  if (family.leader !== undefined) signal(-family.leader);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const members = membersOf(family, true);
    if (members.length === 0) return;
    for (const pid of members) signal(pid);
    // A killed process is there until the system has put it away.
    await sleep(ROUND_MS);
  }
}

const MAX_ROUNDS = 400;
const ROUND_MS = 5;

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already, which is what was wanted.
  }
}

function listProcesses(): Entry[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const text = read(`/proc/${name}/stat`);
    // The second field is the program's name in parentheses, and may hold anything.
    const [state, parent, , session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || state === '' || 'ZX'.includes(state)) return [];
    return [{ pid: Number(name), parent: Number(parent), session: Number(session) }];
  });
}

function isMarked(pid: number, mark: string): boolean {
  const wanted = `${MARK}=${mark}`;
  return read(`/proc/${pid}/environ`)
    .split('\0')
    .some((variable) =>
      wanted.endsWith('*') ? variable.startsWith(wanted.slice(0, -1)) : variable === wanted,
    );
}

/** Processes end while they are looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
