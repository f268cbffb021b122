/**
 * Parallel Research Kernel global: all ranks gather their pieces of a text, and each takes every size-th character of
 * the whole for its next piece. Nobody can begin a pass before everybody has ended the one before.
 *
 * Teaches: allgather with into
 * Run: npx tsrun -n 4 examples/mpi/prk/global.ts [iterations length]
 */

import { world } from 'tsmpi'
import { check, kernel, say, timePasses } from './common/kernel.ts'

/** Every rank's first piece begins so, over and over. */
const DIGITS = [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0, 4, 5]
const { rank, size } = world

await kernel(
  {
    title: 'MPI global synchronization',
    usage: '<# iterations> <scramble string length>',
    wanted: 2,
    defaults: [100, 240 * size],
  },
  async (iterations, length) => {
    check(iterations! >= 1, `iterations must be positive: ${iterations} `)
    check(
      length! >= size && length! % size === 0,
      `length of string ${length} must be multiple of # ranks: ${size}`,
    )
    say(`Number of ranks        = ${size}`)
    say(`Scramble string length = ${length}`)
    say(`Number of iterations   = ${iterations}`)

    const piece = Uint8Array.from({ length: length! / size }, (_, i) => DIGITS[i % DIGITS.length]!)
    const expected = size * digitSum(piece)
    const whole = new Uint8Array(length!)
    const into = { into: whole }

    const seconds = await timePasses(iterations!, async () => {
      await world.allgather(piece, into)
      for (let i = 0, from = rank; i < piece.length; i++, from += size) piece[i] = whole[from]!
    })

    // However often they were dealt anew, all digits are still there.
    await world.allgather(piece, into)
    const found = digitSum(whole)
    check(found === expected, `Incorrect checksum: ${found} instead of ${expected}`)
    say('Solution validates')
    say(`Rate (synch/s): ${(1 / seconds).toFixed(6)}, time (s): ${(iterations! * seconds).toFixed(6)}`)
  },
)

function digitSum(digits: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < digits.length; i++) sum += digits[i]!
  return sum
}
