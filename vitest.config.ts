import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/peers/**',
      'test/browser/**',
      'test/clients/**',
      'test/isolation/**',
      'test/redis/**',
      '**/node_modules/**',
    ],
    setupFiles: ['test/support/seed.ts'],
    // The files of one worker share the modules that they import: they are read once, not once a file. That is sound because no
    // module keeps what one test could see of another. A test that changes its process puts it back.
    isolate: false,
    // By default one core is left idle, which on a machine of two is half of it.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes late on a loaded machine; by default it is given up after a second.
    expect: { poll: { timeout: 30_000 } },
  },
});
