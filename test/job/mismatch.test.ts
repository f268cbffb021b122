/** Programs whose ranks do not agree, as real jobs: none may end in exit 0 with wrong data, or hang. */

import { describe, expect, test } from 'vitest'
import { mpiProgram, tsrun } from '../helpers/tsrun.ts'

describe('ranks that make different collective calls', () => {
  test.each([
    ['bcast-against-reduce.ts', 4, ['bcast(root 0', 'reduce(root 0, SUM']],
    ['different-roots.ts', 2, ['root 0', 'root 1']],
    ['sum-against-max.ts', 3, ['SUM', 'MAX']],
    ['bcast-lengths-differ.ts', 3, ['5 x Float64Array', '8 x Float64Array']],
    ['gather-lengths-differ.ts', 3, ['gatherv']],
  ])('%s at %i ranks ends in CollectiveMismatchError with both sides', async (name, size, words) => {
    const { code, stderr } = await tsrun(['-n', String(size), mpiProgram(name)])
    expect(code, stderr).toBe(1)
    expect(stderr).toContain('CollectiveMismatchError')
    for (const word of words) expect(stderr).toContain(word)
  })

  test('every rank that has not left the call can catch it', async () => {
    const { stdout, stderr } = await tsrun(['-n', '4', mpiProgram('mismatch-caught.ts')])
    const caught = stdout.match(/rank \d caught ERR_TSMPI_COLLECTIVE_MISMATCH/g) ?? []
    expect(caught.length, stdout + stderr).toBe(4)
  })
})

describe('a receive that does not fit its message', () => {
  test('another element type: both types, tag, ranks', async () => {
    const { code, stderr } = await tsrun(['-n', '2', mpiProgram('double-sent-int-received.ts')])
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(/TypeMismatchError: recv on world, rank 1 of 2, from rank 0/)
    expect(stderr).toContain('2 x Float64Array with tag 3')
    expect(stderr).toContain('into is an Int32Array')
  })

  test('too little room: source, tag, sent, capacity', async () => {
    const { code, stderr } = await tsrun(['-n', '2', mpiProgram('receive-too-small.ts')])
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(/TruncateError: recv on world, rank 1 of 2, from rank 0/)
    expect(stderr).toContain('100 x Float64Array with tag 3')
    expect(stderr).toContain('room for 99')
  })
})

test('an op that throws fails the call on every rank', async () => {
  const { code, stderr } = await tsrun(['-n', '4', mpiProgram('throw-in-op.ts')])
  expect(code, stderr).toBe(1)
  expect(stderr).toContain('these cannot be combined')
})
