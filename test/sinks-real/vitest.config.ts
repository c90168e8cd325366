import { defineConfig } from 'vitest/config';

/** The sinks before real servers: `npm run sinks`. */
export default defineConfig({
  test: {
    root: '.',
    include: ['test/sinks-real/*.real.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
