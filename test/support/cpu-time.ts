/**
 * A stopwatch of the time that this thread worked, in milliseconds: on a loaded machine the clock on the wall goes on while nothing
 * is done.
 */
export function startCpuTime(): () => number {
  const started = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(started);
    return (user + system) / 1_000;
  };
}
