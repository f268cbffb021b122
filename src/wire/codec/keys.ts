/**
 * The keys of a dictionary, or of the rows of a table, as one text: of those met again and again it is made,
 * checked and read only once, and objects are made of them by code of their own.
 *
 * Making the code takes as long as V8's structured clone takes for dozens of dictionaries, and without the
 * code there is nothing to gain. So keys that are not met often are not written as a text at all.
 */

import { isUtf8 } from 'node:buffer'
import { isWellFormed } from './scalar.ts'

const SEPARATOR = '\0'
/** So many lists of keys a writer remembers; one more takes the place of the oldest. */
export const KEY_LISTS_MAX = 16
/** A reader remembers those of several writers. */
export const MAKERS_MAX = 64
/** A longer text is not remembered. */
const TEXT_BYTES_MAX = 2 ** 15
/** Met so many times, keys are expected to come again. */
export const MEETINGS_MIN = 8
/** Objects that are made before their code is. */
const USES_WITHOUT_CODE = 8

class KeyText {
  readonly keys: readonly string[]
  meetings = 0
  #text: Uint8Array | null | undefined

  constructor(keys: readonly string[]) {
    this.keys = keys
  }

  get text(): Uint8Array | null {
    if (this.#text === undefined) this.#text = textOf(this.keys)
    return this.#text
  }
}

/** For the writer: from keys to their text, in UTF-8. */
export class KeyTexts {
  readonly #known: KeyText[] = []
  #oldest = 0

  /** Null if these keys cannot be written like this, or, unless `many` objects have them, are not met often. */
  of(keys: readonly string[], many: boolean): Uint8Array | null {
    const known = this.#find(keys)
    if (known === null) return many ? textOf(keys) : null
    if (known.meetings < MEETINGS_MIN) known.meetings++
    return many || known.meetings === MEETINGS_MIN ? known.text : null
  }

  #find(keys: readonly string[]): KeyText | null {
    for (let i = 0; i < this.#known.length; i++)
      if (areSame(this.#known[i]!.keys, keys)) return this.#known[i]!
    let length = keys.length
    for (let i = 0; i < keys.length; i++) length += keys[i]!.length
    if (length > TEXT_BYTES_MAX) return null
    const added = new KeyText(keys)
    this.#known[this.#oldest] = added
    this.#oldest = (this.#oldest + 1) % KEY_LISTS_MAX
    return added
  }
}

function textOf(keys: readonly string[]): Uint8Array | null {
  for (const key of keys) if (key === '__proto__' || key.includes(SEPARATOR)) return null
  const joined = keys.join(SEPARATOR)
  return isWellFormed(joined) ? new TextEncoder().encode(joined) : null
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
      this.#oldest = (this.#oldest + 1) % MAKERS_MAX
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
