import { defineConfig } from 'vitest/config'

/** Jobs on several hosts, which are namespaces of this machine: `npm run test:hosts`. Wants Linux and root. */
export default defineConfig({
  test: {
    include: ['test/hosts/**/*.test.ts'],
    globalSetup: ['test/hosts/world/say-missing.ts'],
    // Every job has a process for each rank, host and connection.
    maxWorkers: 1,
    // Guards against a hang, never a measurement.
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
})
