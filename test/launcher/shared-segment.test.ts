/** The memory that the ranks of a host inherit from tsrun. Linux only, like the memory. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  makeSegment,
  makeSegmentWith,
  mostBytes,
  type SharedSegment,
} from '../../src/launcher/shared-segment.ts'
import { type Libc, libc, SystemCallError } from '../../src/system/libc.ts'
import { layoutFor } from '../../src/transport/shm/layout.ts'
import { holdersOf } from '../helpers/leftovers.ts'
import { program, Run, tsrun } from '../helpers/tsrun.ts'

const WITHOUT_MEMFD: Libc = {
  ...libc()!,
  memfdCreate() {
    throw new SystemCallError('memfd_create', 1, 'not permitted')
  },
}

function closeLater(segment: unknown): SharedSegment {
  expect(segment).toHaveProperty('fd')
  onTestFinished(() => closeSync((segment as SharedSegment).fd))
  return segment as SharedSegment
}

describe('the file', () => {
  test('is empty, without a name, and can be mapped', () => {
    const { fd, origin } = closeLater(makeSegment('test', 2))
    expect(origin).toBe('memfd')
    expect(fstatSync(fd).size).toBe(0)
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe('/memfd:tsmpi-test (deleted)')
    libc()!.ftruncate(fd, 8192)
    expect(new Uint8Array(libc()!.map(fd, 4096, 4096))[0]).toBe(0)
  })

  test('where memfd_create is refused: reserved, ours alone, and no name in the folder', () => {
    const mount = mkdtempSync(join('/dev/shm', 'tst-'))
    onTestFinished(() => rmSync(mount, { recursive: true }))
    const { fd, origin } = closeLater(makeSegmentWith(WITHOUT_MEMFD, 'test', 2, mount))
    expect(origin).toBe(mount)
    const { mode, nlink, blocks } = fstatSync(fd)
    expect({ mode: mode & 0o777, nlink }).toEqual({ mode: 0o600, nlink: 0 })
    expect(blocks * 512).toBeGreaterThanOrEqual(mostBytes(2))
    expect(readdirSync(mount)).toEqual([])
  })

  test('neither: the reasons', () => {
    expect(makeSegmentWith(WITHOUT_MEMFD, 'test', 2, '/absent')).toEqual({
      why: 'memfd_create: not permitted; /absent is not there',
    })
    const full: Libc = {
      ...WITHOUT_MEMFD,
      fallocate() {
        throw new SystemCallError('posix_fallocate', 28, 'no space')
      },
    }
    expect(makeSegmentWith(full, 'test', 2, '/dev/shm')).toEqual({
      why: expect.stringMatching(/^memfd_create: not permitted; \/dev\/shm does not give .* no space$/),
    })
    const unmappable: Libc = {
      ...libc()!,
      map() {
        throw new SystemCallError('mmap', 12, 'no memory')
      },
    }
    expect(makeSegmentWith(unmappable, 'test', 2, '/dev/shm')).toEqual({ why: 'mmap: no memory' })
  })

  const mayMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
  if (!mayMount) console.warn('NOT RUN: a small /dev/shm, because mounting one is not permitted here')
  test.runIf(mayMount)('a mount too small for the ranks is left alone', async () => {
    // The mount exists in a name space of its own, into which /proc leads.
    const script = 'mount -t tmpfs -o size=1m none /mnt && echo mounted && exec cat'
    const keeper = spawn('unshare', ['-m', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(keeper.stdout, 'data')
    const mount = `/proc/${keeper.pid}/root/mnt`
    expect(makeSegmentWith(WITHOUT_MEMFD, 'test', 2, mount)).toEqual({
      why: expect.stringMatching(/\/mnt has room for 1 MiB where the ranks may need \d+ MiB$/),
    })
    const { blocks, bfree } = statfsSync(mount)
    expect(blocks - bfree).toBeLessThanOrEqual(1) // the page that was tried out
    keeper.stdin.end()
    await once(keeper, 'exit')
  })

  test('what is checked for is no less than what the ranks lay out', () => {
    for (let ranks = 2; ranks <= 1024; ranks++) {
      expect(mostBytes(ranks)).toBeGreaterThanOrEqual(layoutFor(ranks).bytes)
    }
  })
})

describe('the ranks', () => {
  test('see what the others write', async () => {
    const { stdout, stderr } = await tsrun(['-n', '4', program('share-memory.ts')])
    expect(stderr).toBe('')
    expect(stdout.match(/sees 1,2,3,4 on 4/g)).toHaveLength(4)
  })

  test('do not pass it on to processes that they start', async () => {
    const { stdout } = await tsrun(['-n', '2', program('list-memory-of-children.ts')])
    expect(stdout).toBe('own: 4 /memfd:tsmpi; node: ; ls: false\n'.repeat(2))
  })

  test.each([
    ['-n', '1'],
    ['--transport', 'zmq', '-n', '2'],
  ])('have none with %s %s', async (...args) => {
    const { stdout } = await tsrun([...args, program('list-memory-of-children.ts')])
    expect(new Set(stdout.trim().split('\n'))).toEqual(new Set(['own: ; node: ; ls: false']))
  })
})

describe('nobody holds the memory', () => {
  /** Starts a job whose ranks have mapped it and stay, and lets it end. */
  async function end(how: (run: Run, pids: readonly number[]) => void) {
    const run = new Run(['-n', '3', '--tag=wide', program('share-memory.ts'), 'stay'])
    await run.allSay('sees', 3)
    const jobId = / of (\S+)/.exec(run.stdout)![1]!
    const pids = [...run.stdout.matchAll(/^\[\d@[^:]+:(\d+)\]/gm)].map((match) => Number(match[1]))
    expect(holdersOf(`tsmpi-${jobId}`).sort()).toEqual([...pids].sort())
    how(run, pids)
    const { code, signal } = await run.ended
    await expect.poll(() => holdersOf(`tsmpi-${jobId}`)).toEqual([])
    return code ?? signal
  }

  test('after kill -9 of tsrun', async () => {
    expect(await end((run) => run.kill('SIGKILL'))).toBe('SIGKILL')
  })

  test('after kill -9 of a rank', async () => {
    expect(await end((_, pids) => process.kill(pids[1]!, 'SIGKILL'))).toBe(137)
  })

  test('after Ctrl-C', async () => {
    expect(await end((run) => run.kill('SIGINT'))).toBe(130)
  })

  test('after --timeout', async () => {
    const { code, stdout } = await tsrun(['-n', '3', '--timeout', '2s', program('share-memory.ts'), 'stay'])
    expect(code).toBe(124)
    // On a machine so busy that no rank has come that far, there is nothing to look for.
    const jobId = / of (\S+)/.exec(stdout)?.[1] ?? 'nothing'
    await expect.poll(() => holdersOf(`tsmpi-${jobId}`)).toEqual([])
  })
})

describe('--verbose says what messages go through', () => {
  test.each([
    [['-n', '2'], 'shared memory (memfd)'],
    [['-n', '2', '--transport', 'shm'], 'shared memory (memfd)'],
    [['-n', '2', '--transport=zmq'], 'ZeroMQ (as --transport zmq says)'],
  ])('%j', async (args, path) => {
    const { code, stderr } = await tsrun(['-v', ...args, program('hello.ts')])
    expect(stderr).toMatch(/^tsrun: 2 ranks on \S+; messages go through .*\n$/)
    expect(stderr).toContain(path)
    expect(code).toBe(0)
  })
})

describe('where there is no shared memory', () => {
  const through = ['sh', '-c', 'exec "$0" --require "$TSMPI_TEST_BREAK" "$@"']
  const env = { TSMPI_TEST_BREAK: join(import.meta.dirname, '../fixtures/without-koffi.cjs') }

  test('auto goes on without, and says why to whoever asks', async () => {
    const { code, stderr } = await tsrun(['-n', '2', '-v', program('hello.ts')], { through, env })
    expect(stderr).toMatch(/messages go through ZeroMQ \(the package koffi, .*\)\n$/)
    expect(code).toBe(0)
  })

  test('--transport shm is an error that says why', async () => {
    const { code, stdout, stderr } = await tsrun(['-n', '2', '--transport', 'shm', program('hello.ts')], {
      through,
      env,
    })
    expect(stderr).toMatch(/^tsrun: --transport shm: there is no shared memory on \S+: the package koffi, /)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 125, stdout: '' })
  })
})
