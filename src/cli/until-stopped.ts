/** Resolves with the first SIGINT or SIGTERM. A second one ends the process at once, as a person who insists expects. */
export async function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = (signal: NodeJS.Signals): void => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.off(name, first);
      process.once(name, () => process.exit(signal === 'SIGINT' ? 130 : 143));
    }
    resolve();
  };
  process.on('SIGINT', first).on('SIGTERM', first);
  await promise;
}
