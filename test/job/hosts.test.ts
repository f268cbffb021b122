/** Jobs of several hosts, which are all this machine: the same answers, and the same errors, as on one host. */

import { describe, expect, test } from 'vitest'
import { rsh } from '../helpers/rsh.ts'
import { mpiProgram, tsrun } from '../helpers/tsrun.ts'

/** Every rank alone, one alone and the others together, halves. */
const PLACEMENTS = { 2: ['a:1,b:1'], 3: ['a:1,b:1,c:1', 'a:1,b:2'], 4: ['a:1,b:3', 'a:2,b:2'] } as const

type Size = keyof typeof PLACEMENTS

const run = (placement: string, program: string, ...args: string[]) =>
  tsrun(['-H', placement, '--rsh', rsh(), mpiProgram(program), ...args])

describe('what arrives', () => {
  test.each(['a:1,b:1', 'a:2,b:3', 'a:1,b:1,c:3'])('every collective on %s', async (placement) => {
    const { code, stdout, stderr } = await run(placement, 'all-collectives.ts', '0', '1', '7', '50000')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'all agree\n', stderr: '' })
  })

  test.each(['a:1,b:1', 'a:1,b:2'])('strided data on %s', async (placement) => {
    const { code, stdout, stderr } = await run(placement, 'layouts.ts', '0', '1', '5', '20000')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'all in place\n', stderr: '' })
  })

  // More ranks than cores on most machines, where those of the tests are.
  test('long reductions and broadcasts, where ranks outnumber cores', async () => {
    const { code, stdout, stderr } = await run('a:4,b:4', 'long-collectives.ts')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'all right\n', stderr: '' })
  })

  test.each(['a:1,b:1,c:1,d:1', 'a:2,b:2'])('in order, all of it, once, on %s', async (placement) => {
    const { code, stdout, stderr } = await run(placement, 'order-under-random-sizes.ts', '1')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '180 messages in order\n', stderr: '' })
  })

  test('what was sent, though the buffer was overwritten right after', async () => {
    const { code, stdout, stderr } = await run('a:1,b:1', 'reuse-after-send.ts')
    expect([code, stderr, stdout.match(/arrived intact/g)?.length]).toEqual([0, '', 5])
  })
})

describe('ranks that do not agree', () => {
  const programs: readonly (readonly [string, Size, readonly string[]])[] = [
    ['bcast-against-reduce.ts', 4, ['bcast(root 0', 'reduce(root 0, SUM']],
    ['different-roots.ts', 2, ['root 0', 'root 1']],
    ['different-roots.ts', 3, ['bcast(root']],
    ['different-roots.ts', 4, ['bcast(root']],
    ['sum-against-max.ts', 3, ['SUM', 'MAX']],
    ['bcast-lengths-differ.ts', 3, ['5 x Float64Array', '8 x Float64Array']],
    ['gather-lengths-differ.ts', 3, ['gatherv']],
  ]
  const cases = programs.flatMap(([name, size, words]) =>
    PLACEMENTS[size].map((placement) => [name, placement, words] as const),
  )
  test.each(cases)(
    '%s on %s ends in CollectiveMismatchError with both sides',
    async (name, placement, words) => {
      const { code, stderr } = await run(placement, name)
      expect(code, stderr).toBe(1)
      expect(stderr).toContain('CollectiveMismatchError')
      for (const word of words) expect(stderr).toContain(word)
    },
  )
})

describe('an end in the middle', () => {
  test.each(PLACEMENTS[4])('one rank leaves while the others wait, on %s', async (placement) => {
    const { code, stderr } = await run(placement, 'exit-0-while-others-wait.ts')
    expect(code, stderr).toBe(1)
    expect(stderr).toContain('rank 1')
  })

  test.each(PLACEMENTS[4])('one rank is killed in an allreduce, on %s', async (placement) => {
    const { code, stderr } = await run(placement, 'kill-self-in-allreduce.ts')
    expect(code, stderr).toBe(137)
    expect(stderr).toMatch(/rank 2 \(host b, pid \d+\) was killed by SIGKILL/)
  })

  test.each(PLACEMENTS[4])('one rank aborts, on %s', async (placement) => {
    const { code, stderr } = await run(placement, 'abort-7-in-mid-job.ts')
    expect(code, stderr).toBe(7)
    expect(stderr).toMatch(/rank 1 \(host [ab], pid \d+\) called abort\(7\)/)
  })

  test('messages that nobody has received: a warning with count, sender and tag', async () => {
    const { code, stderr } = await run('a:1,b:1', 'message-never-received.ts')
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/3 messages were never received: from rank 0 with tag 5, Float64Array/)
  })

  test('a first message to a rank that has long finished: the same warning', async () => {
    const { code, stderr } = await run('a:1,b:1', 'late-message.ts')
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/a message was never received: from rank 1 with tag 9, item/)
  })

  test('a collective that one rank leaves out: an error', async () => {
    for (const placement of PLACEMENTS[4]) {
      const { code, stderr } = await run(placement, 'bcast-left-out.ts')
      expect(code, stderr).toBe(1)
      expect(stderr).toMatch(/finished without making|has finished and did not take part/)
    }
  })
})
