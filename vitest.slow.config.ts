import { defineConfig } from 'vitest/config'

/** Tests that need much memory or minutes: `npm run test:slow`. */
export default defineConfig({
  test: { include: ['test/slow/**/*.test.ts'], testTimeout: 600_000, maxWorkers: 1 },
})
