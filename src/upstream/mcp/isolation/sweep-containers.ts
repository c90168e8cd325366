import { readFile, readlink } from 'node:fs/promises';
import type { ContainerEngine } from './container-engine.ts';
import { runProbe } from './run-probe.ts';

/** Which process a container belongs to: see {@link ownerOf}. */
export const OWNER_LABEL = 'bailiwick.owner';

/** This process, so that no other is ever taken for it: its place (boot and pid namespace), its number and when it started. */
export async function ownerOf(pid = process.pid): Promise<string> {
  return `${await placeOf()}.${pid}.${(await startOf(pid)) ?? 0}`;
}

/** Removes the containers of processes of this machine that ended without doing so. */
export async function sweepContainers(engine: ContainerEngine): Promise<void> {
  const { program, options, environment } = engine;
  const filter = `label=${OWNER_LABEL}`;
  const listing = ['ps', '--all', '--no-trunc', '--filter', filter, '--format', '{{.ID}} {{.Labels}}'];
  const { output } = await runProbe(program, [...options, ...listing], environment);
  const left: string[] = [];
  for (const line of output.split('\n')) {
    // Docker writes `name=value`, Podman a map of Go's.
    const [, id = '', owner = ''] = /^([0-9a-f]{12,64}) .*bailiwick\.owner[=:]([\w.-]+)/.exec(line) ?? [];
    if (owner !== '' && (await isGone(owner))) left.push(id);
  }
  if (left.length > 0) await runProbe(program, toRemoval(engine, left), environment);
}

/** Arguments that remove containers, at once. Docker does so anyway; Podman asks them to stop first, and waits. */
export function toRemoval({ kind, options }: ContainerEngine, names: readonly string[]): string[] {
  const atOnce = kind === 'podman' ? ['--time', '0'] : [];
  return [...options, 'rm', '--force', '--volumes', ...atOnce, ...names];
}

/** Said only of processes that would be seen here if they lived. */
async function isGone(owner: string): Promise<boolean> {
  const [place, pid, start] = owner.split('.');
  if (place !== (await placeOf()) || !/^\d+$/.test(pid ?? '')) return false;
  const startNow = await startOf(Number(pid));
  return startNow === undefined ? !isThere(Number(pid)) : String(startNow) !== start;
}

/** Where `/proc` shows nobody else's processes (`hidepid`), a signal still tells that one is there. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function placeOf(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => 'unknown');
  return `${boot.trim()}-${namespace.replaceAll(/\D/g, '')}`;
}

/** When a process started, in ticks since boot (proc(5), field 22 of `stat`). */
async function startOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : Number(fields[19]);
}
