// The tests of collective calls and of communicators again, on several hosts: threes, { canFetch: true, cells: 2, cellBytes: 64 }.
import { vi } from 'vitest'

vi.mock('../../../src/testing/index.ts', async (original) => {
  const { placements, runRanksOn } = await import('../on-boards.ts')
  return {
    ...(await original<object>()),
    runRanks: runRanksOn({ canFetch: true, cells: 2, cellBytes: 64 }, placements.threes),
  }
})

await import('./suite.ts')
