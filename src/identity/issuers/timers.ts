/** Does something later; returns how to not do it. */
export type Later = (action: () => void, ms: number) => () => void;

/** With the timers of this process, which do not keep it alive. */
export const later: Later = (action, ms) => {
  const timer = setTimeout(action, ms);
  timer.unref();
  return () => clearTimeout(timer);
};
