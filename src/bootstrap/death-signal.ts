/**
 * The parent-death signal: the kernel sends this process a signal when its parent dies (Linux only).
 *
 * It is the one thing that ends a process busy in a synchronous loop. Asking for it loads koffi.
 */

import { libc } from '../system/libc.ts'

const PR_SET_PDEATHSIG = 1

/** Asks for `signal` at the parent's death. False where the system has no such thing. */
export function setDeathSignal(signal: number): boolean {
  return libc()?.prctl(PR_SET_PDEATHSIG, signal, 0) === 0
}
