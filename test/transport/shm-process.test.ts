/** What only processes of their own can show: waking, ending, being killed, reading each other's memory. */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Block } from '../../src/wire/block.ts'
import { data, isData, numbered } from './contract-tools.ts'
import { buildRank, ShmJob } from './shm-processes.ts'

describe('shm between processes', { timeout: 60_000 }, () => {
  let program: string
  let job: ShmJob
  let mayLeave: readonly string[] = []

  beforeAll(async () => {
    program = await buildRank()
  })

  afterEach(async () => {
    await job.end()
    const left = job.sweep()
    expect(left.filter((file) => !mayLeave.includes(file))).toEqual([])
    mayLeave = []
  })

  const start = (role: string, size = 2) => {
    job = new ShmJob(program, size, role)
    // Whoever does not close leaves its bell to the launcher, who removes the folder.
    mayLeave = Array.from({ length: size }, (_, rank) => `bell${rank}`).slice(1)
    return job
  }

  it('lets a process end that has done its work and never closes', async () => {
    const { group, other } = start('answer and end')
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    await group.sink(0).arrived(1)
    expect(await other.exit()).toBe(0)
    group.expectNoBreach()
  })

  it('lets a process end that stops waiting while nothing arrives', async () => {
    const { group, other } = start('stop waiting')
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    expect(await other.exit()).toBe(0)
  })

  it('keeps a process alive that waits, with a doorbell that is nobody else’s', async () => {
    const { group, other, transport, dir } = start('wait for ever')
    await other.says('waiting')
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    await transport.flush()
    expect(other.child.exitCode).toBe(null)
    group.send(0, 1, numbered(1), null, null)
    await transport.flush()
    const found = statSync(join(dir, 'bell1'), { throwIfNoEntry: false })
    if (found) expect(found.mode & 0o777).toBe(0o600)
  })

  it('delivers what a process has sent that ends at once', async () => {
    const { group, other } = start('send and end')
    expect(await other.exit()).toBe(0)
    expect(other.number('unsent')).toBe(0)
    group.hold()
    group.peerGone(0, 1, 'rank 1 has finished')
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
    expect(group.sink(0).gone[0]).toMatchObject({ peer: 1, after: 40 })
    expect(group.sink(0).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
    group.expectNoBreach()
  })

  it('loses nothing of a process that flushes and closes, and hears of its end from itself', async () => {
    const { group, other } = start('send, flush and close')
    mayLeave = []
    group.hold()
    expect(await other.exit()).toBe(0)
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
    const { arrivals, gone } = group.sink(0)
    expect(gone[0]).toMatchObject({ peer: 1, after: 60 })
    expect(arrivals.every((a, i) => a.frame.tag === i && isData(a.body, i))).toBe(true)
    group.expectNoBreach()
  })

  it('ends a process whose frames nobody takes when their receiver goes', async () => {
    const { group, other, transport } = start('send too much')
    await other.says('sent')
    group.hold()
    await transport.close()
    expect(await other.exit()).toBe(0)
    expect(other.heard).toContain('rank 0 is gone')
  })

  it('announces a killed process after everything it had sent', async () => {
    const { group, other, transport } = start('send, then hang')
    group.hold()
    await other.says('hanging')
    other.child.kill('SIGKILL')
    await other.exit()
    group.peerGone(0, 1, 'rank 1 was killed by signal SIGKILL')
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
    expect(group.sink(0).gone[0]).toMatchObject({ peer: 1, after: 60 })
    group.send(0, 1, numbered(0), new Uint8Array(1 << 20), {})
    await transport.flush()
    group.expectNoBreach()
  })

  it.each([2, 5])('carries everything from all to all of %i processes', async (size) => {
    const { processes, group, transport } = start('all to all', size)
    mayLeave = []
    group.hold()
    const rounds = 140
    for (let i = 0; i < rounds; i++) {
      for (let to = 1; to < size; to++) {
        const length = [0, 8, 24, 300, 5000, 20_000, 140_000][i % 7]!
        group.send(0, to, numbered(i, length), data(length, i), {})
      }
    }
    await group.sink(0).arrived((size - 1) * rounds)
    await transport.flush()
    await Promise.all(processes.map((process) => process.says('done')))
    expect(processes.flatMap(({ heard }) => heard.filter((line) => line.startsWith('wrong')))).toEqual([])
    for (let from = 1; from < size; from++) {
      const got = group.sink(0).from(from)
      expect(got.every((a, i) => a.frame.tag === i && isData(a.body, i))).toBe(true)
    }
    for (const process of processes) process.tell('close')
    await Promise.all(processes.map((process) => process.exit()))
    group.expectNoBreach()
  })

  it('survives the death of one of eight processes in the middle of traffic', async () => {
    const { processes, group } = start('ring for ever', 8)
    group.hold()
    const { transport } = job
    group.sink(0).also.frame = ({ frame }) => transport.send(1, numbered(frame.tag + 1), null, null)
    group.send(0, 1, numbered(0), null, null)
    await processes[0]!.says('turning')
    const victim = processes[3]!
    victim.child.kill('SIGKILL')
    await victim.exit()
    group.peerGone(0, 4, 'rank 4 was killed by signal SIGKILL')
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
    for (const { child } of processes) if (child !== victim.child) expect(child.exitCode).toBe(null)
  })

  it.each([2, 5])(
    'keeps timers going while it waits, and takes next to no time for it: %i ranks',
    async (size) => {
      const { other } = start('wait and count', size)
      await other.says('exit')
      expect(await other.exit()).toBe(0)
      // At most a fifth of the time; it is far less, but the machine may be busy.
      expect(other.number('ms')).toBeLessThan(400)
      expect(other.number('ticks')).toBeGreaterThan(10)
    },
  )

  it('copies from the memory of another process, and from common memory', async () => {
    const { group, other, transport } = start('expose')
    group.hold()
    await group.sink(0).arrived(1)
    const addresses = new Float64Array(group.sink(0).arrivals[0]!.body.buffer)
    const [own, common] = [addresses[0]!, addresses[1]!]
    const into = new Float64Array(1000)
    expect(common).toBeLessThan(0)
    expect(transport.fetch(1, common, 80, Block.of(into))).toBe(true)
    expect(into.every((x) => x === 7)).toBe(true)
    if (transport.canFetch) {
      expect(own).toBeGreaterThan(0)
      expect(transport.fetch(1, own, 8 * 4000, Block.of(into))).toBe(true)
      expect(into.every((x, i) => x === 4000 + i)).toBe(true)
    }
    other.tell('done')
    expect(await other.exit()).toBe(0)
    if (transport.canFetch) expect(transport.fetch(1, own, 0, Block.of(into))).toBe(false)
  })
})
