/** Sleeping on a word of memory that processes share, which Linux calls a futex, through koffi. */

import type Koffi from 'koffi'

/** Addresses are this process's own; the memory is known by what it is, whatever its address elsewhere. */
export interface Futex {
  /**
   * Sleeps while the 32-bit word there is `value`, until woken, at most `ms` milliseconds. True: the time has
   * passed. False: woken, or the word is another one, or for no reason, or the kernel refuses.
   */
  wait(address: number, value: number, ms: number): boolean
  /** Wakes one process that sleeps on this word. */
  wake(address: number): void
}

/** The C library has no function for it, and the number depends on the processor. */
const SYS_FUTEX: Partial<Record<NodeJS.Architecture, number>> = { x64: 202, arm64: 98, riscv64: 98 }
const FUTEX_WAIT = 0
const FUTEX_WAKE = 1
const ETIMEDOUT = 110

/** Null: the number of the call on this processor is not known here. */
export function bindFutex(koffi: typeof Koffi, library: ReturnType<typeof Koffi.load>): Futex | null {
  const number = SYS_FUTEX[process.arch]
  if (number === undefined) return null
  const futex = library.func(
    'long syscall(long number, uint64_t word, int operation, int value, uint64_t timeout, uint64_t word2, int value3)',
  )
  /** A timespec: seconds, nanoseconds; in a buffer of its own, since small arrays without one are moved about. */
  const parts = new Uint32Array(new ArrayBuffer(16))
  const timeAt = Number(koffi.address(parts))
  return {
    wait(address, value, ms) {
      parts[0] = Math.floor(ms / 1000)
      parts[2] = (ms % 1000) * 1e6
      return futex(number, address, FUTEX_WAIT, value, timeAt, 0, 0) !== 0 && koffi.errno() === ETIMEDOUT
    },
    wake(address) {
      futex(number, address, FUTEX_WAKE, 1, 0, 0, 0)
    },
  }
}
