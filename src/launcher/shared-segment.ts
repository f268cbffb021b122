/**
 * The file in memory that the ranks of this host share; they inherit its descriptor, map it and lay it out.
 *
 * It has no name anywhere, so nothing of it outlives the last process that holds it, however that ends. It is
 * tried out here, before any rank starts: all ranks of a host have shared memory, or none has.
 */

import { closeSync, constants, openSync, statfsSync } from 'node:fs'
import { type Libc, libc } from '../system/libc.ts'

export interface SharedSegment {
  readonly fd: number
  /** Where the memory comes from, for people. */
  readonly origin: string
}

/** There is no shared memory to be had: the reason. */
export interface NoSegment {
  readonly why: string
}

const PAGE_BYTES = 4096
const MIB = 1 << 20
const MOUNT = '/dev/shm'
/** A file that never gets a name. Node knows only one half of the flag. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY

export function makeSegment(jobId: string, ranks: number): SharedSegment | NoSegment {
  const system = libc()
  if (system) return makeSegmentWith(system, jobId, ranks, MOUNT)
  const why =
    process.platform === 'linux'
      ? 'the package koffi, which maps it, cannot be loaded or lacks a function of the C library'
      : `there is none on ${process.platform} yet`
  return { why }
}

/** `mount`: where files in memory are to be had if memfd_create is refused. */
export function makeSegmentWith(
  system: Libc,
  jobId: string,
  ranks: number,
  mount: string,
): SharedSegment | NoSegment {
  try {
    // Another file than the one of the job: this process keeps the page, but not the job's memory.
    const sample = makeFile(system, 'tsmpi-probe', PAGE_BYTES, mount)
    try {
      system.ftruncate(sample.fd, PAGE_BYTES)
      new Uint8Array(system.map(sample.fd, 0, PAGE_BYTES))[0] = 1
    } finally {
      closeSync(sample.fd)
    }
    return makeFile(system, `tsmpi-${jobId}`, mostBytes(ranks), mount)
  } catch (error) {
    return { why: (error as Error).message }
  }
}

/**
 * What the ranks may touch, generously. They lay the file out themselves (transport/shm/layout.ts), of which the
 * launcher knows nothing; a test compares the two.
 */
export function mostBytes(ranks: number): number {
  const pairs = ranks * ranks
  return ranks * 6 * MIB + pairs * 5120 + Math.min(64 * MIB, pairs * 64 * 1024)
}

/** An empty file in memory, of which `bytes` can be touched without fear. */
function makeFile(system: Libc, name: string, bytes: number, mount: string): SharedSegment {
  try {
    return { fd: system.memfdCreate(name), origin: 'memfd' }
  } catch (error) {
    const because = (why: string) => new Error(`${(error as Error).message}; ${mount} ${why}`)
    const room = roomOn(mount)
    if (room === null) throw because('is not there')
    // Whoever touches a page for which a mount has no room is killed by SIGBUS.
    if (room < bytes) throw because(`has room for ${mib(room)} where the ranks may need ${mib(bytes)}`)
    return { fd: reserve(system, bytes, mount, because), origin: mount }
  }
}

function reserve(system: Libc, bytes: number, mount: string, because: (why: string) => Error): number {
  let fd: number | null = null
  try {
    fd = openSync(mount, O_TMPFILE | constants.O_RDWR | constants.O_EXCL, 0o600)
    // What is free now may be gone when it is needed.
    system.fallocate(fd, bytes)
    return fd
  } catch (error) {
    if (fd !== null) closeSync(fd)
    throw because(`does not give ${mib(bytes)}: ${(error as Error).message}`)
  }
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`
}

function roomOn(mount: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(mount)
    return bavail * bsize
  } catch {
    return null
  }
}
