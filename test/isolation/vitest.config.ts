import { defineConfig } from 'vitest/config';

// oxlint-disable-next-line import/no-default-export -- what vitest reads
export default defineConfig({
  test: {
    include: ['test/isolation/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Servers, proxies and gateways beside each other need the cores that there are.
    maxWorkers: 1,
  },
});
