// The tests of collective calls and of communicators again, on several hosts: the first rank alone, { canFetch: false }.
import { vi } from 'vitest'

vi.mock('../../../src/testing/index.ts', async (original) => {
  const { placements, runRanksOn } = await import('../on-boards.ts')
  return {
    ...(await original<object>()),
    runRanks: runRanksOn({ canFetch: false }, placements['first alone']),
  }
})

await import('./suite.ts')
