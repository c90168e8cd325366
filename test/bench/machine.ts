import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';

/** What a process has used so far, as the system counts it. */
export interface ProcessUsage {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** The kernel's clock ticks are hundredths of a second on every Linux that Node supports (`sysconf(_SC_CLK_TCK)`). */
const TICK_MS = 10;

/** Reads `/proc/<pid>`; undefined where there is none (not Linux) or the process is gone. */
export async function readUsage(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    return { cpuMs: parseCpuTicks(stat) * TICK_MS, rssBytes: parseRssKilobytes(status) * 1024 };
  } catch {
    return undefined;
  }
}

/** `utime + stime` of `/proc/<pid>/stat` (fields 14 and 15; the name in field 2 may hold spaces and parentheses). */
export function parseCpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** `VmRSS` of `/proc/<pid>/status`, in kilobytes. */
export function parseRssKilobytes(status: string): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]);
}

/** The state of the machine at one moment. */
export interface MachineState {
  /** Load average of the last minute. */
  readonly load: number;
  readonly cores: number;
  /** CPU time all programs together have used since the machine started. */
  readonly busyMs: number;
}

export function readMachine(): MachineState {
  const busyMs = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { load: loadavg()[0] ?? Number.NaN, cores: availableParallelism(), busyMs };
}
