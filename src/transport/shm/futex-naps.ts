/** Napping on words of the segment by the kernel's futexes: whoever is woken goes on where it was, without its event loop. */

import type { Libc } from '../../system/libc.ts'
import type { Naps } from './sleepers.ts'

/** Null: there is no such call here. */
export function futexNaps({ futex, addressOf }: Libc, words: Int32Array): Naps | null {
  if (futex === null) return null
  const start = addressOf(words.buffer) + words.byteOffset
  return {
    wait: (word, value, ms) => futex.wait(start + word * 4, value, ms),
    wake: (word) => futex.wake(start + word * 4),
  }
}
