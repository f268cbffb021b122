import { describe, expect, it } from 'vitest'
import { TypeMismatchError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import type { TypedCtor } from '../../src/wire/datatype.ts'
import { elementTypes, pattern, rejection, same } from './tools.ts'

describe('as', () => {
  it.each(elementTypes)('%o takes its own type and refuses every other', async (as) => {
    await runRanks(2, async (comm) => {
      for (const other of elementTypes) {
        if (comm.rank === 0) await comm.send(pattern(3, 1, other), 1)
        else if (other === as) expect(same(await comm.recv(0, { as }), pattern(3, 1, other))).toBe(true)
        else {
          const error = await rejection(comm.recv(0, { as }))
          expect(error).toBeInstanceOf(TypeMismatchError)
          expect(error.message).toContain(as.name)
          expect(error.message).toContain(other.name)
        }
      }
    })
  })

  it('refuses an item, and consumes it', async () => {
    await runRanks(1, async (comm) => {
      await comm.send([1, 2], 0)
      await comm.send('next', 0)
      expect(await rejection(comm.recv(0, { as: Float64Array }))).toBeInstanceOf(TypeMismatchError)
      expect(await comm.recv(0)).toBe('next')
    })
  })

  it('goes together with an into of the same type only', async () => {
    await runRanks(1, async (comm) => {
      await comm.send(Float64Array.of(4), 0)
      const into = new Float64Array(1)
      expect(await rejection(comm.recv(0, { as: Int32Array, into }))).toBeInstanceOf(TypeMismatchError)
      expect(await comm.recv(0, { as: Float64Array, into }), 'an argument error receives nothing').toBe(into)
      expect(into[0]).toBe(4)
    })
  })

  it.each([Array, DataView, Object, 'Float64Array', {}])(
    'refuses %s, which is no element type',
    async (as) => {
      await runRanks(1, async (comm) => {
        const error = await rejection(comm.recv(0, { as: as as unknown as TypedCtor }))
        expect(error).toBeInstanceOf(TypeMismatchError)
      })
    },
  )
})
