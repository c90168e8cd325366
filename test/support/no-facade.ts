import type { Facade } from '../../src/gateway/facade.ts';

/** For gateways that are put together by hand: no built-in tools. */
export const NO_FACADE: Facade = {
  tools: [],
  call: () => Promise.reject(new Error('there is no built-in tool')),
};
