// Random programs again, on three hosts that lie out of order, some with one rank.
import { vi } from 'vitest'

vi.mock('../../../src/testing/index.ts', async (original) => {
  const { placements, runRanksOn } = await import('../on-boards.ts')
  return {
    ...(await original<object>()),
    runRanks: runRanksOn({ canFetch: true }, placements['three in turn']),
  }
})

await import('../collective/random.test.ts')
