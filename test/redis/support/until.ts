/** Asks until the answer is yes. For what other processes decide in their own time. */
export async function until(
  what: string,
  ask: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one question after another
    if (await ask()) return;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    // oxlint-disable-next-line no-await-in-loop -- one question after another
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
}
