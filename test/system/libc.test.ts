import { closeSync, fstatSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { libc, SystemCallError } from '../../src/system/libc.ts'

describe.skipIf(libc() === null)('the C library', () => {
  const system = libc()!

  it('maps one file twice', () => {
    const fd = system.memfdCreate('tsmpi-test')
    system.ftruncate(fd, 8192)
    const [one, two] = [system.map(fd, 0, 8192), system.map(fd, 4096, 4096)]
    new Uint8Array(one)[4097] = 7
    expect(new Uint8Array(two)[1]).toBe(7)
    Atomics.add(new Int32Array(two), 5, 3)
    expect(new Int32Array(one)[1024 + 5]).toBe(3)
    closeSync(fd)
  })

  it('makes a file longer and never shorter by reserving memory in it', () => {
    const fd = system.memfdCreate('tsmpi-test')
    system.fallocate(fd, 1, 99_999)
    expect(fstatSync(fd).size).toBe(100_000)
    system.fallocate(fd, 10)
    expect(fstatSync(fd).size).toBe(100_000)
    closeSync(fd)
  })

  it('says which call failed', () => {
    expect(() => system.ftruncate(-1, 1)).toThrow(SystemCallError)
    expect(() => system.ftruncate(-1, 1)).toThrow('ftruncate')
    expect(() => system.map(-1, 0, 4096)).toThrow('mmap')
  })

  it('reads memory by address, its own too', (context) => {
    const from = new Float64Array(1000).map((_, i) => i)
    const into = new Float64Array(1000)
    const read = (pid: number) =>
      system.readProcess(pid, system.addressOf(from.buffer) + 80, system.addressOf(into.buffer) + 8, 160)
    let count: number
    try {
      count = read(process.pid)
    } catch {
      // A sandbox may forbid it; then there is nothing more to see.
      return context.skip()
    }
    expect(count).toBe(160)
    expect(into.slice(0, 23)).toEqual(
      Float64Array.of(0, ...Array.from({ length: 20 }, (_, i) => i + 10), 0, 0),
    )
    expect(() => system.readProcess(process.pid, 8, system.addressOf(into.buffer), 8)).toThrow(
      'process_vm_readv',
    )
  })

  it('makes a FIFO of the given mode', () => {
    const dir = mkdtempSync(join(tmpdir(), 'tsmpi-libc-'))
    system.mkfifo(join(dir, 'bell'), 0o600)
    const found = statSync(join(dir, 'bell'))
    expect([found.isFIFO(), found.mode & 0o777]).toEqual([true, 0o600])
    expect(() => system.mkfifo(join(dir, 'bell'), 0o600)).toThrow('mkfifo')
    rmSync(dir, { recursive: true })
  })
})
