import { describe, expect, it } from 'vitest'
import { ANY_SOURCE, ANY_TAG } from '../../src/comm/arguments.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, elementTypes, pattern } from './tools.ts'

describe.each(eagerSettings)('status of a receive, eager %d', (eager) => {
  it.each(elementTypes)('of %o tells source, tag, count, bytes and type', async (ctor) => {
    await runRanks(
      3,
      async (comm) => {
        if (comm.rank === 2) return comm.send(pattern(300, 1, ctor), 1, { tag: 77 })
        if (comm.rank === 0) return
        const { value, status } = await comm.recv(ANY_SOURCE, { status: true })
        expect(value).toBeInstanceOf(ctor)
        const bytes = 300 * ctor.BYTES_PER_ELEMENT
        expect(status).toEqual({ source: 2, tag: 77, count: 300, bytes, type: ctor })
      },
      { eager },
    )
  })

  it('counts what was sent, not what into could hold', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(new Int16Array(5), 1)
        const into = new Int16Array(50)
        const { value, status } = await comm.recv(0, { into, status: true })
        expect(value).toBe(into)
        expect(status).toEqual({ source: 0, tag: 0, count: 5, bytes: 10, type: Int16Array })
      },
      { eager },
    )
  })

  it('of an item counts one, of no type, with the length of its serialised form', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send({ text: 'x'.repeat(500) }, 1, { tag: 3 })
        const { value, status } = await comm.recv(0, { status: true, tag: ANY_TAG })
        expect(value).toEqual({ text: 'x'.repeat(500) })
        expect(status).toMatchObject({ source: 0, tag: 3, count: 1, type: null })
        expect(status.bytes).toBeGreaterThanOrEqual(500)
      },
      { eager },
    )
  })

  it('of an empty array counts none but knows the type', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(new Float32Array(0), 1)
        const { status } = await comm.recv(0, { status: true })
        expect(status).toEqual({ source: 0, tag: 0, count: 0, bytes: 0, type: Float32Array })
      },
      { eager },
    )
  })
})

it('status: false is as without', async () => {
  await runRanks(1, async (comm) => {
    await comm.send(5, 0)
    expect(await comm.recv(0, { status: false })).toBe(5)
  })
})

it('gives the rank in the communicator, not in the job', async () => {
  await runRanks(3, async (comm) => {
    const reversed = await comm.split(0, -comm.rank)
    if (comm.rank === 0) return reversed.send('x', 0)
    if (comm.rank !== 2) return
    const { status } = await reversed.recv(ANY_SOURCE, { status: true })
    expect(status.source).toBe(2)
  })
})
