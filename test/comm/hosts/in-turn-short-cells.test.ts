// The tests of collective calls and of communicators again, on several hosts: turn and turn about, { canFetch: false, cells: 2, cellBytes: 1024 }.
import { vi } from 'vitest'

vi.mock('../../../src/testing/index.ts', async (original) => {
  const { placements, runRanksOn } = await import('../on-boards.ts')
  return {
    ...(await original<object>()),
    runRanks: runRanksOn({ canFetch: false, cells: 2, cellBytes: 1024 }, placements['in turn']),
  }
})

await import('./suite.ts')
