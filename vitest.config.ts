import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**', 'test/hosts/**', 'test/kernels/**', 'test/fixtures/**'],
    typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
    // Jobs of up to 32 processes run in these tests: more files at once only makes them wait for each other.
    maxWorkers: 2,
    // Guards against a hang, never a measurement: a healthy test takes a small part of it on two busy cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
