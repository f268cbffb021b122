import { defineConfig } from 'vitest/config'

/** The ported kernels against the values that are known, at many numbers of ranks: `npm run test:kernels`. */
export default defineConfig({
  test: {
    include: ['test/kernels/**/*.test.ts'],
    maxWorkers: 2,
    // Guards against a hang, never a measurement.
    testTimeout: 300_000,
  },
})
