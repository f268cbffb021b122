// The tests of collective calls and of communicators again, on boards: with { canFetch: false }.
import { vi } from 'vitest'

vi.mock('../../../src/testing/index.ts', async (original) => {
  const { runRanksOn } = await import('../on-boards.ts')
  return { ...(await original<object>()), runRanks: runRanksOn({ canFetch: false }) }
})

await import('./suite.ts')
