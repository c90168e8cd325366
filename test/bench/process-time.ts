/** A stopwatch of the whole process's processor time in milliseconds: that of one thread is told in ticks, too coarse for a question. */
export function startProcessTime(): () => number {
  const started = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1_000;
  };
}

/** Milliseconds of processor time. */
export function cpuOf(work: () => unknown): number {
  const time = startProcessTime();
  work();
  return time();
}
