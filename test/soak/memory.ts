/*
 * Loaded into the gateway's process beside it (`node --expose-gc --import`): says what memory it holds when it is asked, after a
 * collection, so that what is left is what is held.
 */
const { gc } = globalThis as { gc?: () => void };

process.on('message', () => {
  gc?.();
  gc?.();
  process.send?.(process.memoryUsage());
});
// The channel must not keep a gateway alive that was told to stop.
process.channel?.unref();
