/** What free() does to messages that are under way, at both ends. */

import { describe, expect, it } from 'vitest'
import { CancelledError, MpiError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection } from './tools.ts'

const large = () => new Float64Array(10_000)

describe('free() by the sender', () => {
  it('fails the receive that had been matched with the announced message', async () => {
    await runRanks(2, async (comm) => {
      const copy = await comm.dup()
      if (comm.rank === 0) {
        const send = rejection(copy.send(large(), 1))
        await comm.recv(1)
        copy.free()
        expect(await send).toBeInstanceOf(CancelledError)
      } else {
        await copy.probe(0)
        await comm.send('go on', 0)
        await comm.progress()
        const error = await rejection(copy.recv(0))
        expect(error).toBeInstanceOf(CancelledError)
      }
    })
  })
})

describe('free() by the receiver', () => {
  it.each(['send', 'ssend'] as const)('fails the %s of a message that nobody has received', async (how) => {
    await runRanks(
      2,
      async (comm) => {
        const copy = await comm.dup()
        if (comm.rank === 0) {
          const error = await rejection(how === 'send' ? copy.send(large(), 1) : copy.ssend(1, 1))
          expect(error).toBeInstanceOf(CancelledError)
          expect(error.message).toMatch(/rank 1 has freed its side of the communicator without receiving/)
        } else {
          await copy.probe(0)
          copy.free()
        }
      },
      { onWarning() {} },
    )
  })

  it('is warned about at the end', async () => {
    const warnings: string[] = []
    const program = async (comm: Parameters<Parameters<typeof runRanks>[1]>[0]) => {
      const copy = await comm.dup()
      if (comm.rank === 0) return copy.send(1, 1, { tag: 3 })
      await copy.probe(0)
      copy.free()
    }
    await runRanks(2, program, { onWarning: (warning) => warnings.push(warning) })
    expect(warnings.join()).toMatch(
      /a message was never received: from rank 0 with tag 3, item, on world.dup/,
    )
  })
})

it('a message that mprobe took and nobody received is warned about', async () => {
  const warnings: string[] = []
  await runRanks(
    2,
    async (comm) => {
      if (comm.rank === 0) await comm.send(1, 1, { tag: 4 })
      else await comm.mprobe(0)
    },
    { onWarning: (warning) => warnings.push(warning) },
  )
  expect(warnings.join()).toMatch(/a message was never received: from rank 0 with tag 4/)
})

it('world cannot be freed', async () => {
  await runRanks(1, (comm) => {
    expect(() => comm.free()).toThrow(MpiError)
    expect(() => comm.free()).toThrow(/world lasts as long as the program/)
  })
})

it('probe(undefined) is no probe of any rank', async () => {
  await runRanks(1, async (comm) => {
    for (const name of ['probe', 'iprobe', 'mprobe', 'improbe'] as const) {
      expect((await rejection(comm[name](undefined))).name).toBe('RankError')
    }
    const next = comm.messages({ source: undefined as never }).next()
    expect((await rejection(next)).name).toBe('RankError')
  })
})

it('waiting for a hundred thousand messages from anybody takes no quadratic time', async () => {
  const count = 100_000
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) await Promise.all(Array.from({ length: count }, (_, i) => comm.send(i, 1)))
    else for (let i = 0; i < count; i++) expect(await comm.recv()).toBe(i)
  })
})
