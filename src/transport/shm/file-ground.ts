/**
 * Shared memory in a file without a name, which the ranks of a host inherit from the launcher.
 *
 * Nobody is the first: every rank makes the file as long as it must be, with a call that never makes it shorter.
 */

import { readFileSync } from 'node:fs'
import { BufferError } from '../../errors.ts'
import { type Libc, SystemCallError } from '../../system/libc.ts'
import type { Layout } from './layout.ts'
import type { Ground } from './segment.ts'

/** Below this nobody asks whether there is so much memory. */
const CHECK_FROM_BYTES = 16 << 20

export function fileGround(libc: Libc, fd: number, layout: Layout): Ground {
  // The last byte: the file gets its length, and the pages before it are made when they are touched.
  libc.fallocate(fd, 1, layout.bytes - 1)
  return {
    layout,
    buffer: libc.map(fd, 0, layout.bytes),
    reserve(place, bytes) {
      if (bytes >= CHECK_FROM_BYTES && bytes > availableBytes()) throw tooMuch(bytes, null)
      try {
        libc.fallocate(fd, bytes, place)
      } catch (cause) {
        throw tooMuch(bytes, cause)
      }
    },
    map: (place, bytes) => libc.map(fd, place, bytes),
  }
}

function tooMuch(bytes: number, cause: unknown): BufferError {
  const mib = (n: number) => `${Math.ceil(n / (1 << 20))} MiB`
  const why = cause instanceof SystemCallError ? cause.message : `only ${mib(availableBytes())} are available`
  return new BufferError(`no ${mib(bytes)} of memory for the ranks of this host to share: ${why}`, { cause })
}

/** Memory that can be had without anything being killed for it: on the machine, and in this control group. */
function availableBytes(): number {
  return Math.min(machineBytes(), groupBytes())
}

function machineBytes(): number {
  const found = /^MemAvailable:\s+(\d+) kB/m.exec(read('/proc/meminfo'))
  return found ? Number(found[1]) * 1024 : Infinity
}

function groupBytes(): number {
  const most = Number.parseInt(read('/sys/fs/cgroup/memory.max'), 10)
  const used = Number.parseInt(read('/sys/fs/cgroup/memory.current'), 10)
  // What is cached of files goes when memory gets short.
  const cached = Number(/^inactive_file (\d+)/m.exec(read('/sys/fs/cgroup/memory.stat'))?.[1] ?? 0)
  return Number.isNaN(most - used) ? Infinity : most - used + cached
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
