import { pbkdf2 } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { ANY_SOURCE } from '../../src/comm/arguments.ts'
import type { Communicator } from '../../src/comm/communicator.ts'
import {
  AbortedError,
  DeadlockError,
  MpiError,
  RankError,
  RankFailedError,
  TimeoutError,
} from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'

/** Passes a token once around, so that every rank waits for another one. */
async function ring(comm: Communicator): Promise<number> {
  const source = (comm.rank + comm.size - 1) % comm.size
  return comm.sendrecv(comm.rank, (comm.rank + 1) % comm.size, { source })
}

/** In which order rank 0 gets one message from each other rank. */
async function arrivals(comm: Communicator): Promise<string> {
  if (comm.rank > 0) await comm.send(comm.rank, 0)
  const order: unknown[] = []
  if (comm.rank === 0) for (let i = 1; i < comm.size; i++) order.push(await comm.recv(ANY_SOURCE))
  return order.join()
}

const rejection = async (run: Promise<unknown>): Promise<Error> => {
  const result = await run.catch((error: Error) => ({ error }))
  return (result as { error: Error }).error
}

describe('results', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 13, 16])('of %i ranks come in rank order', async (size) => {
    const expected = Array.from({ length: size }, (_, rank) => (rank + size - 1) % size)
    expect(await runRanks(size, ring)).toEqual(expected)
  })

  it('of a program without await are fine too', async () => {
    expect(await runRanks(3, (comm) => comm.rank * 10)).toEqual([0, 10, 20])
  })

  it('of several runs at once do not mix', async () => {
    const sizes = Array.from({ length: 20 }, (_, i) => 1 + (i % 7))
    const all = await Promise.all(sizes.map((size) => runRanks(size, ring)))
    expect(all.map((results) => results.length)).toEqual(sizes)
  })

  it('carry messages of all lengths, with every eager limit and delays', async () => {
    for (const eager of [0, 100, 4096, 100_000]) {
      const sums = await runRanks(
        2,
        async (comm) => {
          let sum = 0
          for (const length of [0, 1, 12, 13, 600, 20_000]) {
            if (comm.rank === 0) await comm.send(new Float64Array(length).fill(2), 1)
            else for (const x of await comm.recv<Float64Array>(0)) sum += x
          }
          return sum
        },
        { eager, delayMs: [0, 5] },
      )
      expect(sums).toEqual([0, 2 * 20_626])
    }
  })
})

describe('the schedule', () => {
  it('is the same for the same seed, and others for others', async () => {
    const seen = new Map<string, number>()
    for (let seed = 0; seed < 30; seed++) {
      const [order] = await runRanks(4, arrivals, { seed })
      expect((await runRanks(4, arrivals, { seed }))[0]).toBe(order)
      seen.set(order!, (seen.get(order!) ?? 0) + 1)
    }
    expect(seen.size).toBe(6)
  })

  it('goes on under fake timers', async () => {
    vi.useFakeTimers()
    try {
      expect(await runRanks(3, ring)).toEqual([2, 0, 1])
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a failure', () => {
  it('keeps its class and names the rank and the seed', async () => {
    const error = await rejection(
      runRanks(
        3,
        async (comm) => {
          if (comm.rank === 2) await comm.send(1, 7)
          await comm.recv()
        },
        { seed: 123 },
      ),
    )
    expect(error).toBeInstanceOf(RankError)
    expect(error.message).toMatch(/^rank 2: /)
    expect(error.message).toMatch(/\(replay with \{ seed: 123 \}\)$/)
    expect(error.stack).toContain('rank 2: ')
    expect(error.stack).toContain('run-ranks.test.ts')
  })

  it('that is no Error becomes one, with the value as its cause', async () => {
    const error = await rejection(
      runRanks(2, (comm) => {
        if (comm.rank === 1) throw 'a string'
      }),
    )
    expect(error.message).toMatch(/^rank 1: threw a string/)
    expect(error.cause).toBe('a string')
  })

  it('leaves no unhandled rejection of what other ranks, or this one, had posted', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    try {
      const run = runRanks(3, async (comm) => {
        const later = comm.recv((comm.rank + 1) % 3, { tag: 1 })
        if (comm.rank === 2) throw new TypeError('boom')
        await comm.recv((comm.rank + 2) % 3)
        await later
      })
      await expect(run).rejects.toThrow(/rank 2: boom/)
      await sleep(5)
      expect(unhandled).not.toHaveBeenCalled()
    } finally {
      process.off('unhandledRejection', unhandled)
    }
  })

  it('of a request that nobody waited for is found at the end', async () => {
    const run = runRanks(2, async (comm) => {
      if (comm.rank === 0) comm.irecv(1, { timeout: 10 })
      await comm.recv(1 - comm.rank, { timeout: 20 }).catch(() => {})
    })
    await expect(run).rejects.toThrow(/rank 0: .*never waited for/)
  })

  it('is what a rank gets that waits for one that has finished', async () => {
    const run = runRanks(2, (comm) => (comm.rank === 0 ? comm.recv(1) : 5))
    await expect(run).rejects.toThrow(RankFailedError)
  })

  it('is what everybody gets from an abort', async () => {
    const run = runRanks(3, async (comm) => {
      if (comm.rank === 1) comm.abort(3)
      await comm.recv()
    })
    const error = await rejection(run)
    expect(error).toBeInstanceOf(AbortedError)
    expect(error.message).toMatch(/^rank 1: /)
  })
})

describe('a deadlock', () => {
  it('is reported with what each rank waits for', async () => {
    const error = await rejection(runRanks(2, (comm) => comm.recv(1 - comm.rank, { tag: 7 }), { seed: 5 }))
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error.message).toMatch(/rank 0: recv .*from rank 1, tag 7/)
    expect(error.message).toMatch(/rank 1: recv .*from rank 0, tag 7/)
    expect(error.message).toMatch(/replay with \{ seed: 5 \}/)
  })

  it('is what a ring of sends is, if none of them is buffered', async () => {
    const program = async (comm: Communicator) => {
      await comm.send(new Uint8Array(0), (comm.rank + 1) % comm.size)
      await comm.recv()
    }
    await runRanks(4, program)
    const error = await rejection(runRanks(4, program, { eager: 0 }))
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error.message.match(/rank \d: send/g)).toHaveLength(4)
  })

  it('among some ranks is reported while the others have finished', async () => {
    const error = await rejection(
      runRanks(4, async (comm) => {
        if (comm.rank < 2) await comm.recv(1 - comm.rank)
      }),
    )
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error.message).toMatch(/rank 3: has finished/)
  })

  it('of several runs at once is found in each', async () => {
    const runs = [2, 3, 4].map((size) => runRanks(size, (comm) => comm.recv((comm.rank + 1) % size)))
    for (const run of await Promise.all(runs.map(rejection))) expect(run).toBeInstanceOf(DeadlockError)
  })
})

describe('what is no deadlock', () => {
  /** Rank 0 has a receive posted while it waits for something real; rank 1 waits for rank 0. */
  const waitingFor = (something: () => Promise<unknown>) => async (comm: Communicator) => {
    if (comm.rank === 1) {
      const value = await comm.recv(0)
      await comm.send('thanks', 0)
      return value
    }
    const answer = comm.recv(1)
    await something()
    await comm.send('done', 1)
    return answer
  }

  it('a rank waits for a real timer', async () => {
    expect(
      await runRanks(
        2,
        waitingFor(() => sleep(250)),
      ),
    ).toEqual(['thanks', 'done'])
  })

  it('a rank reads files', async () => {
    const reads = async () => {
      for (let i = 0; i < 50; i++) await readFile(import.meta.filename)
    }
    expect(await runRanks(2, waitingFor(reads))).toEqual(['thanks', 'done'])
  })

  it('a rank waits for the thread pool', async () => {
    const work = () => new Promise((resolve) => pbkdf2('a', 'b', 300_000, 20, 'sha512', resolve))
    expect(await runRanks(2, waitingFor(work))).toEqual(['thanks', 'done'])
  })

  it('a rank without any operation waits for somebody outside', async () => {
    let open: (() => void) | undefined
    const door = new Promise<void>((resolve) => {
      open = resolve
    })
    const run = runRanks(2, async (comm) => {
      if (comm.rank === 1) return comm.recv(0)
      await door
      return comm.send(1, 1)
    })
    await sleep(150)
    open!()
    expect(await run).toEqual([undefined, 1])
  })
})

describe('virtual time', () => {
  it('lets an hour pass at once', async () => {
    const started = performance.now()
    const [error] = await runRanks(2, async (comm) => {
      if (comm.rank === 1) return comm.recv(0, { timeout: 7_200_000 })
      const error = await rejection(comm.recv(1, { timeout: 3_600_000 }))
      await comm.send('go on', 1)
      return error
    })
    expect(error).toBeInstanceOf(TimeoutError)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('does not let a timeout pass while another rank waits for something real', async () => {
    const program = async (comm: Communicator) => {
      if (comm.rank === 1) return comm.recv(0, { timeout: 10_000 })
      await sleep(120)
      return comm.send('in time', 1)
    }
    expect(await runRanks(2, program)).toEqual([undefined, 'in time'])
  })

  it('lets messages be late', async () => {
    const program = async (comm: Communicator) => {
      if (comm.rank === 0) await comm.send('slow', 1)
      else return comm.recv(0, { timeout: 50 }).catch((error: Error) => error.constructor.name)
    }
    expect(await runRanks(2, program, { delayMs: 10 })).toEqual([undefined, 'slow'])
    const late = await runRanks(2, program, { delayMs: 100, onWarning() {} })
    expect(late).toEqual([undefined, 'TimeoutError'])
  })
})

describe('a killed rank', () => {
  const program = async (comm: Communicator): Promise<string> => {
    if (comm.rank === 2) return (await comm.recv<string>(0)) ?? ''
    return comm.recv<string>(2).catch((error: Error) => error.message)
  }

  it.each([
    { rank: 2, atMs: 5 },
    { rank: 2, afterEvents: 2 },
  ])('by %o fails those who need it', async (kill) => {
    const [first, second, dead] = await runRanks(3, program, { kill })
    expect(first).toMatch(/rank 2 has failed/)
    expect(second).toMatch(/rank 2 has failed/)
    expect(dead).toBeUndefined()
  })

  it('at any moment of a run leaves nobody hanging', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const run = runRanks(4, ring, {
        seed,
        eager: seed % 2 ? 0 : 4096,
        kill: { rank: 1, afterEvents: seed % 20 },
      })
      const result = await run.catch((error: Error) => error)
      if (result instanceof Error) expect(result).toBeInstanceOf(RankFailedError)
    }
  })

  it('may be all of them', async () => {
    const kill = [0, 1, 2].map((rank) => ({ rank, atMs: rank }))
    // The last one is told that nobody is left, before it dies itself.
    const program = (comm: Communicator) => comm.recv().catch(() => 'told')
    expect((await runRanks(3, program, { kill })).slice(0, 2)).toEqual([undefined, undefined])
  })
})

describe('warnings', () => {
  it('tell of messages that nobody received', async () => {
    const warnings: string[] = []
    const program = async (comm: Communicator) => {
      if (comm.rank === 0) await comm.send(1, 1, { tag: 9 })
      else await comm.recv(0, { tag: 8, timeout: 1 }).catch(() => {})
    }
    await runRanks(2, program, { seed: 3, onWarning: (warning) => warnings.push(warning) })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^rank 1: a message was never received: from rank 0 with tag 9/)
    expect(warnings[0]).toMatch(/seed: 3/)
  })

  it('tell of a standstill that a timer keeps from being called a deadlock', {
    timeout: 10_000,
  }, async () => {
    const timer = setInterval(() => {}, 1000)
    const warnings: string[] = []
    const onWarning = (warning: string) => {
      warnings.push(warning)
      clearInterval(timer)
    }
    const run = runRanks(2, (comm) => comm.recv(1 - comm.rank), { onWarning })
    await expect(run).rejects.toThrow(DeadlockError)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/1 Timeout\n {2}rank 0: recv/)
  })
})

describe('options', () => {
  it('put ranks on hosts', async () => {
    const program = async (comm: Communicator) => (await comm.splitType('shared')).size
    expect(await runRanks(5, program, { nodeOf: [0, 0, 1, 1, 1] })).toEqual([2, 2, 3, 3, 3])
  })

  it('are checked', async () => {
    const program = () => {}
    await expect(runRanks(0, program)).rejects.toThrow(RankError)
    await expect(runRanks(1.5, program)).rejects.toThrow(/1\.5/)
    await expect(runRanks(2, program, { seed: Number.NaN })).rejects.toThrow(MpiError)
    await expect(runRanks(2, program, { eager: -1 })).rejects.toThrow(/eager/)
    await expect(runRanks(2, program, { nodeOf: [0] })).rejects.toThrow(/nodeOf/)
    await expect(runRanks(2, program, { kill: { rank: 2, atMs: 1 } })).rejects.toThrow(RankError)
  })
})
