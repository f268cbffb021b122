/** What only a process of its own can show: when it ends, and what is left when it is killed. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ZmqOptions, ZmqTransport } from '../../src/transport/zmq/zmq.ts'
import { Group, isData, numbered } from './contract-tools.ts'
import { Deferred } from './deferred.ts'
import type { Message } from './zmq-rank.ts'
import { overTcp } from './zmq-ranks.ts'

const ways: Record<string, Partial<ZmqOptions>> = {
  'a socket file': {},
  tcp: overTcp(true),
  'tcp in plain': overTcp(false),
}

describe.each(Object.keys(ways))('zmq between processes through %s', { timeout: 60_000 }, (way) => {
  let program: string
  let dir: string
  let child: ChildProcess
  let group: Group
  let heard: string[]
  let childCard: Deferred<string>
  const waiting: { readonly what: string; readonly resolve: () => void }[] = []

  beforeAll(async () => {
    const entry = fileURLToPath(new URL('./zmq-rank.ts', import.meta.url))
    const built = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      external: ['zeromq'],
    })
    program = built.outputFiles[0]!.text
  })

  afterEach(async () => {
    await group.transport(0).close()
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await exit()
    }
    rmSync(dir, { recursive: true, force: true })
  })

  /** Starts rank 1 in `role`; the test is rank 0. The program goes in through stdin. */
  function start(role: string): void {
    dir = mkdtempSync(join(tmpdir(), 'tsmpi-zmq-'))
    heard = []
    childCard = new Deferred()
    child = spawn(process.execPath, ['--input-type=module', '-', dir, role, JSON.stringify(ways[way])], {
      stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    })
    child.on('message', (message: Message) => {
      if ('card' in message) return childCard.resolve(message.card)
      heard.push(message.says)
      for (const w of waiting.splice(0)) heard.includes(w.what) ? w.resolve() : waiting.push(w)
    })
    child.stdin!.end(program)
    const transport = new ZmqTransport({
      rank: 0,
      size: 2,
      jobId: 'test',
      endpoint: () => `ipc://${dir}/r0`,
      publish: (card) => child.send({ card } satisfies Message),
      lookup: () => childCard.promise,
      ...ways[way],
    })
    group = new Group({ transports: [transport], kill() {}, dispose() {} })
    transport.want()
  }

  const says = (what: string) =>
    new Promise<void>((resolve) => {
      if (heard.includes(what)) resolve()
      else waiting.push({ what, resolve })
    })

  const exit = () =>
    new Promise<number | string | null>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode ?? child.signalCode)
      else child.on('exit', (code, signal) => resolve(code ?? signal))
    })

  it('lets a process end that has done its work and never closes', async () => {
    start('answer and end')
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    await group.sink(0).arrived(1)
    expect(await exit()).toBe(0)
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
    group.expectNoBreach()
  })

  it('lets a process end that stops waiting while nothing arrives', async () => {
    start('stop waiting')
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    expect(await exit()).toBe(0)
  })

  it('keeps a process alive that waits', async () => {
    start('wait for ever')
    await says('waiting')
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    await group.transport(0).flush()
    expect(child.exitCode).toBe(null)
    child.kill('SIGKILL')
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
  })

  it.each(['send, flush and close', 'send, flush and end'])('loses nothing: %s', async (role) => {
    start(role)
    group.hold()
    expect(await exit()).toBe(0)
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
    const { arrivals, gone } = group.sink(0)
    expect(gone[0]).toMatchObject({ peer: 1, after: 60 })
    expect(arrivals.map((a) => a.frame.tag)).toEqual([...Array(60).keys()])
    expect(arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
    expect(existsSync(join(dir, 'r1'))).toBe(role !== 'send, flush and close')
    group.expectNoBreach()
  })

  it('ends a process whose frames nobody takes when their receiver goes', async () => {
    start('send too much')
    await says('sent')
    await group.transport(0).close()
    expect(await exit()).toBe(0)
    expect(heard).toContain('rank 0 is gone')
  })

  it('announces a killed process after everything it had sent', async () => {
    start('send, then hang')
    group.hold()
    await says('hanging')
    child.kill('SIGKILL')
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
    expect(group.sink(0).gone[0]).toMatchObject({ peer: 1, after: 60 })
    const token = {}
    group.send(0, 1, numbered(0), new Uint8Array(1 << 20), token)
    await group.transport(0).flush()
    group.expectNoBreach()
  })
})
