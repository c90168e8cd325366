import { defineConfig } from 'vitest/config';

// oxlint-disable-next-line import/no-default-export -- what vitest reads
export default defineConfig({
  test: {
    include: ['test/clients/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
