// The tests of collective calls and of communicators again, on several hosts: halves, { canFetch: true }.
import { vi } from 'vitest'

vi.mock('../../../src/testing/index.ts', async (original) => {
  const { placements, runRanksOn } = await import('../on-boards.ts')
  return { ...(await original<object>()), runRanks: runRanksOn({ canFetch: true }, placements.halves) }
})

await import('./suite.ts')
