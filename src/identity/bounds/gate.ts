/** Lets so much work run at a time, and so much wait. */
export interface Gate {
  /** @returns nothing where too much waits already: the work is not done */
  run<T>(work: () => Promise<T>): Promise<T> | undefined;
}

export function createGate({ running: most, waiting: longest }: { running: number; waiting: number }): Gate {
  const queue: (() => void)[] = [];
  let running = 0;
  const enter = (): Promise<void> | undefined => {
    if (running < most) {
      running += 1;
      return undefined;
    }
    return new Promise((resolve) => {
      queue.push(resolve);
    });
  };
  const leave = (): void => {
    const next = queue.shift();
    // The next one takes the place of this one.
    if (next) next();
    else running -= 1;
  };
  return {
    run(work) {
      if (running >= most && queue.length >= longest) return undefined;
      return (async () => {
        await enter();
        try {
          return await work();
        } finally {
          leave();
        }
      })();
    },
  };
}
