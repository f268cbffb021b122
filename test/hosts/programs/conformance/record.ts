/** Compares what collectives give with what they must give, and remembers all of it in a digest. */

import { deepStrictEqual } from 'node:assert'
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

export class Record {
  readonly #hash = createHash('sha256')
  checks = 0

  /** What `wanted` says must have come. */
  is(what: string, found: unknown, wanted: unknown): void {
    if (ArrayBuffer.isView(found) && ArrayBuffer.isView(wanted)) {
      // Much faster than deepStrictEqual, which is left to say what differs.
      if (found.constructor !== wanted.constructor || !bytesOf(found).equals(bytesOf(wanted))) {
        deepStrictEqual(found, wanted, `${what}: ${found} instead of ${wanted}`)
      }
    } else {
      deepStrictEqual(found, wanted, what)
    }
    this.add(what, found)
  }

  /** What need only be the same in another run. */
  add(what: string, found: unknown): void {
    this.#hash.update(what)
    this.#hash.update(ArrayBuffer.isView(found) ? bytesOf(found) : inspect(found, { depth: null }))
    this.checks++
  }

  digest(): string {
    return this.#hash.digest('hex').slice(0, 16)
  }
}

function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength)
}
