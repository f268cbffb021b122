/** A misspelt or misplaced option is refused: ignored, it would mean wrong data. */

import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { MpiError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection } from './tools.ts'

// As a JavaScript program may call them; TypeScript would refuse.
// biome-ignore lint/suspicious/noExplicitAny: the point of this file
type Loose = any

const buffer = new Float64Array(2)
const cases: [string, (comm: Loose) => Promise<unknown>, RegExp][] = [
  ['array instead of options', (c) => c.recv(0, buffer), /options are a Float64Array.*\{ into: array \}/],
  ['bare tag', (c) => c.send(buffer, 0, 7), /options are 7.*\{ tag: 7 \}/],
  ['bare string', (c) => c.recv(0, 'tag'), /options are "tag"/],
  ['null', (c) => c.send(1, 0, null), /options are null/],
  ['misspelt tag', (c) => c.send(buffer, 0, { tags: 5 }), /no option tags; this call takes tag$/],
  ['misspelt into', (c) => c.recv(0, { buf: buffer }), /no option buf; this call takes tag, into/],
  ['into of a send', (c) => c.ssend(1, 0, { into: buffer }), /no option into/],
  ['dest in sendrecv', (c) => c.sendrecv(1, 0, { source: 0, dest: 0 }), /no option dest/],
  ['into of a probe', (c) => c.probe(0, { into: buffer }), /no option into/],
  ['timeout of iprobe', (c) => c.iprobe(0, { timeout: 5 }), /no option timeout; this call takes tag$/],
  ['status of messages', (c) => c.messages({ status: true }).next(), /no option status/],
  ['misspelt in a collective', (c) => c.allgather(1, { time: 5 }), /no option time; .*into, signal, timeout/],
  ['tag of a collective', (c) => c.bcast(1, 0, { tag: 5 }), /no option tag/],
  ['counts of allreduce', (c) => c.allreduce(buffer, undefined, { counts: [2] }), /no option counts/],
]

describe('options', () => {
  it.each(cases)('%s', async (_, call, message) => {
    await runRanks(1, async (comm: Communicator) => {
      const error = await rejection(Promise.resolve().then(() => call(comm)))
      expect(error).toBeInstanceOf(MpiError)
      expect(error.message).toMatch(message)
      expect(error.message).toMatch(/on world, rank 0 of 1/)
    })
  })

  it('in the place of the operation is named as what it is', async () => {
    await runRanks(1, async (comm: Loose) => {
      const error = await rejection(comm.allreduce(buffer, { into: buffer }))
      expect(error.message).toMatch(/^allreduce on world, rank 0 of 1: .*options come after the operation/)
    })
  })
})
