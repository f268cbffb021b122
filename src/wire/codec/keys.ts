/**
 * The keys of a dictionary, or of the rows of a table, as one text: of those met again and again it is made,
 * checked and read only once, and objects are made of them by code of their own.
 */

import { isUtf8 } from 'node:buffer'
import { isWellFormed } from './scalar.ts'

const SEPARATOR = '\0'
/** So many lists of keys are remembered; one more takes the place of the oldest. */
export const KEY_LISTS_MAX = 16
/** A longer text is not remembered. */
const TEXT_BYTES_MAX = 2 ** 15
/** Making code takes as long as it saves by being used so often. */
const USES_WITHOUT_CODE = 8

/** For the writer: from keys to their text, in UTF-8. */
export class KeyTexts {
  readonly #known: { readonly keys: readonly string[]; readonly text: Uint8Array }[] = []
  #oldest = 0

  /** Null if these keys cannot be written like this. */
  textOf(keys: readonly string[]): Uint8Array | null {
    for (let i = 0; i < this.#known.length; i++)
      if (areSame(this.#known[i]!.keys, keys)) return this.#known[i]!.text
    for (const key of keys) if (key === '__proto__' || key.includes(SEPARATOR)) return null
    const joined = keys.join(SEPARATOR)
    if (!isWellFormed(joined)) return null
    const text = new TextEncoder().encode(joined)
    if (text.byteLength <= TEXT_BYTES_MAX) {
      this.#known[this.#oldest] = { keys, text }
      this.#oldest = (this.#oldest + 1) % KEY_LISTS_MAX
    }
    return text
  }
}

/** Makes an object of the values from `first` on. */
type Maker = (values: readonly unknown[], first: number) => object

/** For the reader: from the text to what makes objects. */
export class Makers {
  readonly #known: ObjectMaker[] = []
  #oldest = 0

  /** How many are remembered. */
  get size(): number {
    return this.#known.length
  }

  of(text: Uint8Array): ObjectMaker {
    for (let i = 0; i < this.#known.length; i++) {
      const known = this.#known[i]!
      if (known.text.length === text.length && Buffer.compare(known.text, text) === 0) return known
    }
    const maker = new ObjectMaker(Uint8Array.from(text))
    if (text.length <= TEXT_BYTES_MAX) {
      this.#known[this.#oldest] = maker
      this.#oldest = (this.#oldest + 1) % KEY_LISTS_MAX
    }
    return maker
  }
}

export class ObjectMaker {
  readonly text: Uint8Array
  readonly keys: readonly string[]
  #uses = 0
  #maker: Maker

  constructor(text: Uint8Array) {
    if (!isUtf8(text)) throw new RangeError('keys that are not UTF-8')
    this.text = text
    this.keys = Buffer.from(text.buffer).toString('utf8').split(SEPARATOR)
    if (this.keys.includes('__proto__')) throw new RangeError('a key that is never written')
    this.#maker = (values, first) => this.#assign(values, first)
  }

  make(values: readonly unknown[], first: number): object {
    return this.#maker(values, first)
  }

  #assign(values: readonly unknown[], first: number): object {
    if (++this.#uses === USES_WITHOUT_CODE) this.#maker = compile(this.keys) ?? this.#maker
    const object: Record<string, unknown> = {}
    for (let i = 0; i < this.keys.length; i++) object[this.keys[i]!] = values[first + i]
    return object
  }
}

export function areSame(a: readonly string[], b: readonly string[]): boolean {
  const { length } = a
  if (length !== b.length) return false
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}

/** An object literal takes a fraction of the time of one assignment per key. Null where code may not be made. */
function compile(keys: readonly string[]): Maker | null {
  const properties = keys.map((key, i) => `${JSON.stringify(key)}:v[f+${i}]`)
  try {
    return new Function('v', 'f', `return {${properties.join(',')}}`) as Maker
  } catch {
    return null
  }
}
