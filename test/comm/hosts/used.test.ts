// Calls over several hosts go by the boards of hosts, with messages between one rank of each, or one of each lane.
import { expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { placements, runRanksOn } from '../on-boards.ts'

/** Of 6 ranks, 0 to 2 on one host and 3 to 5 on another: who sends to whom. */
const calls: [string, (w: Communicator) => Promise<unknown>, string[]][] = [
  ['barrier', (w) => w.barrier(), ['0-3', '3-0']],
  ['bcast', (w) => w.bcast(new Float64Array(3), 1), ['1-3']],
  ['bcast of an item', (w) => w.bcast('x', 5), ['5-0']],
  ['allreduce of a number', (w) => w.allreduce(w.rank), ['0-3', '3-0']],
  ['allreduce of an item', (w) => w.allreduce(1n), ['0-3', '3-0']],
  ['allreduce of an array', (w) => w.allreduce(new Float64Array(1000)), ['0-3', '3-0']],
  [
    'allreduce of a long array',
    (w) => w.allreduce(new Float64Array(20_000)),
    ['0-3', '1-4', '2-5', '3-0', '4-1', '5-2'],
  ],
]

it.each(calls)('%s', async (_, call, wanted) => {
  const seen = new Set<string>()
  const delayMs = (from: number, to: number) => {
    seen.add(`${from}-${to}`)
    return 0
  }
  await runRanksOn({ canFetch: true }, placements.halves)(6, (w) => call(w), { delayMs })
  expect([...seen].sort()).toEqual(wanted)
})
