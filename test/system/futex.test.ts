import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEach, describe, expect, it } from 'vitest'
import { libc } from '../../src/system/libc.ts'

/** Waits until word 1 says so, then writes word 0 and wakes who sleeps on it. */
const WAKER = `
import { libc } from ${JSON.stringify(fileURLToPath(new URL('../../src/system/libc.ts', import.meta.url)))}
const system = libc()
const words = new Int32Array(system.map(3, 0, 4096))
while (Atomics.load(words, 1) === 0) system.yield()
Atomics.store(words, 0, 5)
system.futex.wake(system.addressOf(words.buffer))
`

describe('futex', () => {
  const system = libc()!
  const ends: (() => void)[] = []
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })

  const shared = () => {
    const fd = system.memfdCreate('tsmpi-test')
    ends.push(() => closeSync(fd))
    system.ftruncate(fd, 4096)
    const words = new Int32Array(system.map(fd, 0, 4096))
    return { fd, words, at: system.addressOf(words.buffer) }
  }

  it('returns at once when the word is another one', () => {
    const { at, words } = shared()
    words[0] = 7
    expect(system.futex!.wait(at, 8, 60_000)).toBe(false)
  })

  it('says that the time has passed', () => {
    const { at } = shared()
    expect(system.futex!.wait(at, 0, 2)).toBe(true)
  })

  it('can wake where nobody sleeps', () => {
    system.futex!.wake(shared().at)
  })

  it('does not wait where the kernel refuses', () => {
    expect(system.futex!.wait(shared().at + 1, 0, 60_000)).toBe(false)
  })

  it('is woken by another process, which has the memory elsewhere', { timeout: 60_000 }, async () => {
    const { fd, at, words } = shared()
    const program = (await buildText(WAKER)).outputFiles[0]!.text
    const child = spawn(process.execPath, ['--input-type=module', '-'], {
      stdio: ['pipe', 'inherit', 'inherit', fd],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    })
    const ended = new Promise((resolve) => child.on('exit', resolve))
    child.stdin!.end(program)
    Atomics.store(words, 1, 1)
    // Time enough for a process to start; who is not woken returns true.
    await new Promise((resolve) => child.stdin!.on('close', resolve))
    while (Atomics.load(words, 0) === 0) expect(system.futex!.wait(at, 0, 30_000)).toBe(false)
    expect(words[0]).toBe(5)
    expect(await ended).toBe(0)
  })
})

function buildText(contents: string) {
  return build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
  })
}
