import { describe, expect, it } from 'vitest'
import { runRanks } from '../../src/testing/index.ts'

const nobody = { source: null, count: 0, bytes: 0, type: null }

/** Runs on one rank, with no other to help: what does not complete at once is a deadlock. */
const alone = (program: Parameters<typeof runRanks>[1]) => () => runRanks(1, program, { eager: 0 })

describe('sending to null', () => {
  it(
    'completes at once',
    alone(async (comm) => {
      expect(await comm.send('x', null)).toBe(undefined)
      expect(await comm.ssend(new Float64Array(1e6), null, { tag: 3 })).toBe(undefined)
    }),
  )

  it(
    'gives a request that is done',
    alone(async (comm) => {
      const request = comm.isend('x', null)
      expect(request.done).toBe(true)
      expect(await request.test()).toBe(true)
      expect(await request).toBe(undefined)
    }),
  )
})

describe('receiving from null', () => {
  it(
    'gives undefined',
    alone(async (comm) => {
      expect(await comm.recv(null)).toBe(undefined)
      expect(await comm.recv(null, { tag: 4, as: Float64Array })).toBe(undefined)
    }),
  )

  it(
    'gives into itself, untouched',
    alone(async (comm) => {
      const into = Float64Array.of(1, 2)
      expect(await comm.recv(null, { into })).toBe(into)
      expect(into).toEqual(Float64Array.of(1, 2))
    }),
  )

  it(
    'has the status of nobody',
    alone(async (comm) => {
      const { value, status } = await comm.recv(null, { status: true })
      expect(value).toBe(undefined)
      expect(status).toMatchObject(nobody)
      const into = new Int8Array(3)
      const filled = await comm.recv(null, { into, status: true })
      expect(filled.value).toBe(into)
      expect(filled.status).toMatchObject(nobody)
    }),
  )

  it(
    'gives a request that is done',
    alone(async (comm) => {
      const request = comm.irecv(null)
      expect(request.done).toBe(true)
      expect(request.status).toMatchObject(nobody)
      expect(request.cancel()).toBe(false)
      expect(await request).toBe(undefined)
    }),
  )

  it(
    'takes no message away',
    alone(async (comm) => {
      await comm.send('mine', 0)
      await comm.recv(null)
      expect(await comm.recv(0)).toBe('mine')
    }),
  )
})

describe('probing null', () => {
  it(
    'describes nobody',
    alone(async (comm) => {
      expect(await comm.probe(null)).toMatchObject(nobody)
      expect(await comm.iprobe(null)).toMatchObject(nobody)
    }),
  )

  it(
    'takes a message of nobody, which receives as from null',
    alone(async (comm) => {
      const into = Uint8Array.of(1)
      for (const message of [await comm.mprobe(null), (await comm.improbe(null))!]) {
        expect(message.status).toMatchObject(nobody)
        expect(await message.recv({ into })).toBe(into)
      }
      expect(await (await comm.mprobe(null)).recv()).toBe(undefined)
      expect(into).toEqual(Uint8Array.of(1))
    }),
  )
})
