/**
 * A small process beside Bailiwick, which ends its children and all that they started when Bailiwick ends, however that comes:
 * the end of standard input says so. It also measures those that have limits.
 *
 * Arguments: the mark that all children of this Bailiwick begin with.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { FromGuardian, ToGuardian, Ward } from './guardian-messages.ts';
import type { Command } from './launch.ts';
import { killFamily, membersOf, memoryOf } from './process-tree.ts';

const MEASURE_MS = 250;

function guard(instance: string): void {
  const wards = new Map<string, Ward>();
  let timer: NodeJS.Timeout | undefined;

  const measure = (): void => {
    for (const ward of wards.values()) {
      const excess = excessOf(ward);
      if (!excess) continue;
      tell({ exceeded: ward.id, ...excess });
      void killFamily(ward);
    }
  };
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const message = JSON.parse(line) as ToGuardian;
    if ('watch' in message) {
      wards.set(message.watch.id, message.watch);
    } else {
      const ward = wards.get(message.end);
      wards.delete(message.end);
      if (ward) void end(ward).then(() => tell({ ended: ward.id }));
    }
    const isMeasuring = [...wards.values()].some(({ bounds }) => Object.keys(bounds).length > 0);
    if (isMeasuring) timer ??= setInterval(measure, MEASURE_MS);
    else {
      clearInterval(timer);
      timer = undefined;
    }
  });
  lines.on('close', () => {
    clearInterval(timer);
    // Also what Bailiwick started and could not tell of any more.
    const unknown = killFamily({ mark: `${instance}*` });
    void Promise.all([unknown, ...[...wards.values()].map(end)]).then(() => process.exit(0));
  });
}

function tell(message: FromGuardian): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function end(ward: Ward): Promise<void> {
  await killFamily(ward);
  if (ward.cleanup) await run(ward.cleanup);
}

function run({ program, args, environment }: Command): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { env: environment, stdio: 'ignore' });
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

function excessOf(ward: Ward): { limit: 'memory' | 'processes'; used: number } | undefined {
  const { memory = Infinity, processes = Infinity } = ward.bounds;
  if (memory === Infinity && processes === Infinity) return undefined;
  const members = membersOf(ward, false);
  if (members.length > processes) return { limit: 'processes', used: members.length };
  if (memory === Infinity) return undefined;
  const used = members.reduce((sum, pid) => sum + memoryOf(pid), 0);
  return used > memory ? { limit: 'memory', used } : undefined;
}

// Bailiwick may be gone when it is told something.
process.stdout.on('error', () => {});
guard(process.argv[2] ?? '');
