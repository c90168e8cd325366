/** Calls back once after so many milliseconds, unless cancelled by the function it returns. Keeps no process alive. */
export type Schedule = (callback: () => void, milliseconds: number) => () => void;

export const scheduleTimer: Schedule = (callback, milliseconds) => {
  const timer = setTimeout(callback, milliseconds).unref();
  return () => clearTimeout(timer);
};

/** Does something again and again, `milliseconds` after it was done. Returns how to end that. */
export function repeat(schedule: Schedule, work: () => Promise<void>, milliseconds: number): () => void {
  let isOver = false;
  let cancel: (() => void) | undefined;
  const next = (): void => {
    if (isOver) return;
    cancel = schedule(() => void work().finally(next), milliseconds);
  };
  next();
  return () => {
    isOver = true;
    cancel?.();
  };
}
