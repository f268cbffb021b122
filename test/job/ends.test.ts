/** Ends of real jobs in which messages are under way. Ends without messages are in test/launcher. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mpiProgram, Run, tsrun } from '../helpers/tsrun.ts'

describe('what is left over at the end', () => {
  test('messages never received: a warning with count, sender and tag', async () => {
    const { code, stderr } = await tsrun(['-n', '2', mpiProgram('message-never-received.ts')])
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(
      /3 messages were never received: from rank 0 with tag 5, Float64Array, on world, rank 1 of 2/,
    )
    expect(stderr).toMatch(/a message was never received: from rank 0 with tag 6, item/)
  })

  test('a first message to a rank that has long finished: the same warning', async () => {
    const { code, stderr } = await tsrun(['-n', '2', mpiProgram('late-message.ts')])
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(
      /a message was never received: from rank 1 with tag 9, item, on world, rank 0 of 2/,
    )
  })

  test('a message to a rank whose process has ended: a warning by its sender', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsmpi-test-'))
    const args = ['-n', '2', mpiProgram('message-to-a-rank-without-tsmpi.ts'), join(folder, 'pid')]
    const { code, stderr } = await tsrun(args)
    rmSync(folder, { recursive: true })
    // Whether the send itself already knows depends on which news comes first.
    if (code === 0) expect(stderr).toMatch(/a message to rank 1 of the job may never have been received/)
    else expect(stderr).toMatch(/RankFailedError: send on world, rank 0 of 2, to rank 1/)
  })

  test('a collective that one rank left out: exit 1, and which call', async () => {
    const { code, stderr } = await tsrun(['-n', '3', mpiProgram('bcast-left-out.ts')])
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(
      /CollectiveMismatchError: .*bcast\(root 0.*as collective call no 1 of world, which this rank finished without making/,
    )
  })

  test('a request that failed and was never waited for: exit 1', async () => {
    const { code, stderr } = await tsrun(['-n', '2', mpiProgram('request-never-waited.ts')])
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(/irecv on world, rank 1 of 2.*never waited for.*room for 99/)
  })
})

describe('ranks that are gone', () => {
  test.each(['receive-from-finished.ts', 'receive-from-anybody-finished.ts', 'send-to-finished.ts'])(
    '%s: RankFailedError',
    async (name) => {
      const { code, stderr } = await tsrun(['-n', '3', mpiProgram(name)])
      expect(code, stderr).toBe(1)
      expect(stderr).toMatch(/RankFailedError: (recv|send) on world, rank 0 of 3/)
      expect(stderr).toContain('finished')
    },
  )

  test.each(['exit-0-while-others-wait.ts', 'exit-0-with-a-send-under-way.ts'])(
    '%s: exit 1, the rank named',
    async (name) => {
      const { code, stderr } = await tsrun(['-n', '3', mpiProgram(name)])
      expect(code, stderr).toBe(1)
      expect(stderr).toContain('rank')
    },
  )

  test('kill -9 of a rank in the middle of an allreduce: 137, and only that rank reported', async () => {
    const { code, stderr } = await tsrun(['-n', '4', mpiProgram('kill-self-in-allreduce.ts')])
    expect(code, stderr).toBe(137)
    expect(stderr).toMatch(/rank 2 .*SIGKILL/)
    expect(stderr).not.toContain('RankFailedError')
  })

  test('abort(7): 7, and the caller runs no further statement', async () => {
    const { code, stdout, stderr } = await tsrun(['-n', '3', mpiProgram('abort-7-in-mid-job.ts')])
    expect(code, stderr).toBe(7)
    expect(stdout).toBe('')
  })
})

describe('waiting for what will not come', () => {
  test('--timeout says what every rank waits for, and exits 124', async () => {
    const { code, stderr } = await tsrun(['-n', '3', '--timeout', '2s', mpiProgram('all-receive.ts')])
    expect(code, stderr).toBe(124)
    for (const rank of [0, 1, 2]) {
      expect(stderr).toContain(`recv on world, rank ${rank} of 3, from rank ${(rank + 1) % 3}, tag 4`)
    }
  })

  test('Ctrl-C says what every rank waits for, and exits 130', async () => {
    const run = new Run(['-n', '3', mpiProgram('all-receive.ts')])
    await run.allSay('waiting', 3)
    run.kill('SIGINT')
    const { code, stderr } = await run.ended
    expect(code, stderr).toBe(130)
    expect(stderr).toContain('recv on world, rank 2 of 3, from rank 0, tag 4')
  })

  test('a rank that waits for itself with nothing else to do: DeadlockError', async () => {
    const { code, stderr } = await tsrun(['-n', '1', mpiProgram('wait-for-itself.ts')])
    expect(code, stderr).toBe(1)
    expect(stderr).toContain('DeadlockError: recv on self, rank 0 of 1')
  })

  test.each(['master-with-messages.ts', 'master-with-timer.ts'])(
    '%s: messages() ends when everybody else has finished',
    async (name) => {
      const { code, stdout, stderr } = await tsrun(['-n', '4', mpiProgram(name)])
      expect(stderr).toBe('')
      expect([code, stdout]).toEqual([0, 'sum 6\n'])
    },
  )
})
