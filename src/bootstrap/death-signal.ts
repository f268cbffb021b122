/**
 * The parent-death signal: the kernel sends this process a signal when its parent dies (Linux only).
 *
 * It is the one thing that ends a process busy in a synchronous loop. Costs loading koffi, so only those
 * who need it import this file, and only when they do.
 */

const PR_SET_PDEATHSIG = 1

/** Asks for `signal` at the parent's death. False where the system has no such thing. */
export async function setDeathSignal(signal: number): Promise<boolean> {
  if (process.platform !== 'linux') return false
  try {
    const koffi = (await import('koffi')).default
    // null: the symbols of this very process, so that no name of a C library has to be guessed.
    const library = koffi.load(null)
    const prctl = library.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)')
    return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) === 0
  } catch {
    return false
  }
}
