/**
 * The few functions of the C library that Node does not offer, called through koffi.
 *
 * Loading koffi costs some 9 ms and every call 0.4 us, so nobody loads it before it is needed. Where it cannot
 * be loaded, or the system lacks a function, `libc()` is null and callers do without.
 */

import { createRequire } from 'node:module'
import type Koffi from 'koffi'
import { bindFutex, type Futex } from './futex.ts'

/** A call failed; `errno` says why. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  readonly call: string
  readonly errno: number

  constructor(call: string, errno: number, text: string) {
    super(`${call}: ${text}`)
    this.call = call
    this.errno = errno
  }
}

export interface Libc {
  /** A new file without a name, in memory; not bound by the size of any mount. Returns its descriptor. */
  memfdCreate(name: string): number
  ftruncate(fd: number, bytes: number): void
  /**
   * Reserves memory for `bytes` of the file from `offset` on, which grows if need be and never shrinks: what is
   * missing shows now and not as a SIGBUS later.
   */
  fallocate(fd: number, bytes: number, offset?: number): void
  /** Forbids shrinking and growing a memfd from now on. */
  sealSize(fd: number): void
  /** Maps `bytes` of a file from `offset` (a multiple of the page size) on, shared, for reading and writing. */
  map(fd: number, offset: number, bytes: number): ArrayBuffer
  /** Address of the first byte of `buffer`'s memory in this process. */
  addressOf(buffer: ArrayBufferLike): number
  /** Gives the rest of this time slice to another process. */
  yield(): void
  /** Sleeping on words of shared memory; null: this processor's number for the call is not known here. */
  readonly futex: Futex | null
  prctl(option: number, a: number, b: number): number
  /** Puts memory that is there in pages of 2 MiB (Linux 6.1 and later). False: the kernel does not. */
  collapse(address: number, bytes: number): boolean
  mkfifo(path: string, mode: number): void
  /**
   * Lets malloc keep up to `keptBytes` of freed memory for the next who asks, instead of giving it back to the
   * kernel, which would have to clear it again; blocks of `largeBytes` and more still come and go by themselves.
   * Does nothing with a C library other than glibc.
   */
  keepFreed(keptBytes: number, largeBytes: number): void
  /**
   * Copies `length` bytes at address `from` of process `pid` to address `to` of this one. Returns the number of
   * bytes copied, which may be less; throws where the kernel refuses.
   */
  readProcess(pid: number, from: number, to: number, length: number): number
}

const PROT_READ_WRITE = 3
const MAP_SHARED = 1
const MAP_FAILED = 0xffff_ffff_ffff_ffffn
const MFD_CLOEXEC = 1
const MFD_ALLOW_SEALING = 2
const MADV_COLLAPSE = 25
const F_ADD_SEALS = 1033
const F_SEAL_SHRINK = 2
const F_SEAL_GROW = 4
const M_TRIM_THRESHOLD = -1
const M_MMAP_THRESHOLD = -3

let loaded: Libc | null | undefined

/** The C library; null where it cannot be reached. Linux only so far. */
export function libc(): Libc | null {
  if (loaded === undefined) loaded = process.platform === 'linux' ? load() : null
  return loaded
}

function load(): Libc | null {
  try {
    return bind(createRequire(import.meta.url)('koffi') as typeof Koffi)
  } catch {
    return null
  }
}

function bind(koffi: typeof Koffi): Libc {
  // null: the symbols of this very process, so that no name of a C library has to be guessed.
  const library = koffi.load(null)
  const fail = (call: string): never => {
    const errno = koffi.errno()
    throw new SystemCallError(call, errno, errorText(errno))
  }
  const memfdCreate = library.func('int memfd_create(const char *name, unsigned int flags)')
  const ftruncate = library.func('int ftruncate(int fd, int64_t length)')
  const fallocate = library.func('int posix_fallocate(int fd, int64_t offset, int64_t length)')
  const fcntl = library.func('int fcntl(int fd, int command, int argument)')
  const mmap = library.func(
    'void *mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)',
  )
  const schedYield = library.func('int sched_yield()')
  const prctl = library.func(
    'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
  )
  const madvise = library.func('int madvise(uint64_t address, size_t length, int advice)')
  const mkfifo = library.func('int mkfifo(const char *path, unsigned int mode)')
  // Addresses as numbers: a pointer would have to be a bigint.
  const readv = library.func(
    'int64_t process_vm_readv(int pid, uint64_t local, unsigned long nlocal, uint64_t remote, unsigned long nremote, unsigned long flags)',
  )
  /** Two iovecs, { address, length } each, written anew at every call: the local one and the remote one. */
  const vectors = new Uint32Array(new ArrayBuffer(32))
  const local = Number(koffi.address(vectors))
  const remote = local + 16
  const write64 = (index: number, value: number): void => {
    vectors[index] = value
    vectors[index + 1] = value / 2 ** 32
  }

  return {
    memfdCreate(name) {
      const fd = memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING) as number
      return fd >= 0 ? fd : fail('memfd_create')
    },
    ftruncate(fd, bytes) {
      if (ftruncate(fd, bytes) !== 0) fail('ftruncate')
    },
    fallocate(fd, bytes, offset = 0) {
      // Returns the error number instead of setting it.
      const errno = fallocate(fd, offset, bytes) as number
      if (errno !== 0) throw new SystemCallError('posix_fallocate', errno, errorText(errno))
    },
    sealSize(fd) {
      if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) !== 0) fail('fcntl(F_ADD_SEALS)')
    },
    map(fd, offset, bytes) {
      const pointer = mmap(null, bytes, PROT_READ_WRITE, MAP_SHARED, fd, offset) as bigint
      if (pointer === MAP_FAILED) fail('mmap')
      return koffi.view(pointer, bytes)
    },
    addressOf: (buffer) => Number(koffi.address(buffer)),
    yield() {
      schedYield()
    },
    futex: bindFutex(koffi, library),
    prctl: (option, a, b) => prctl(option, a, b, 0, 0) as number,
    collapse: (address, bytes) => madvise(address, bytes, MADV_COLLAPSE) === 0,
    mkfifo(path, mode) {
      if (mkfifo(path, mode) !== 0) fail(`mkfifo ${path}`)
    },
    keepFreed(keptBytes, largeBytes) {
      let mallopt: typeof memfdCreate
      try {
        mallopt = library.func('int mallopt(int parameter, int value)')
      } catch {
        return
      }
      mallopt(M_TRIM_THRESHOLD, keptBytes)
      mallopt(M_MMAP_THRESHOLD, largeBytes)
    },
    readProcess(pid, from, to, length) {
      write64(0, to)
      write64(2, length)
      write64(4, from)
      write64(6, length)
      const count = readv(pid, local, 1, remote, 1, 0) as number
      return count >= 0 ? count : fail('process_vm_readv')
    },
  }
}

function errorText(errno: number): string {
  return `errno ${errno}`
}
