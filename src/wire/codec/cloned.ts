/**
 * V8's own structured clone, for whatever the faster forms do not carry exactly.
 *
 * `v8.serialize` would do, were it not for arrays of memory: it gives a Buffer back as a Buffer and forgets
 * that two views share memory, while a structured clone sends all of the memory behind a view, so that a
 * row of a matrix, or three bytes of Node's pool, cost as much as the whole. So views are written here:
 * those alone on their memory by their own elements, others over their memory, which goes once.
 */

import { types } from 'node:util'
import { v8 } from '../../system/on-demand.ts'
import { ctorOf, isRaw, type Raw, typeOf } from '../datatype.ts'
import { forEachChild } from './children.ts'
import { Form } from './form.ts'

type View = Raw | DataView
type ViewCtor = new (buffer: ArrayBufferLike, byteOffset?: number, length?: number) => View

/** Stands for DataView where the other types have their code from the table of element types. */
const DATA_VIEW = 0

/** How a view was written. */
const OWN_BYTES = 0
const OVER_BUFFER = 1

/** Version of V8's format from which on we trust it to check what it reads; Node 18 writes it. */
const V8_FORMAT_MIN = 15

/** V8 met an object that is made of more than JavaScript, such as a KeyObject. */
export class HostObjectError extends Error {
  readonly object: object

  constructor(object: object) {
    super('an object of Node itself')
    this.object = object
  }
}

/** Made when first needed: what they extend is in a part of Node that few ranks need. */
function makeClasses() {
  const { Deserializer, Serializer } = v8()

  class Writer extends Serializer {
    readonly #root: unknown
    #users: Map<ArrayBufferLike, number> | null = null

    constructor(root: unknown) {
      super()
      this.#root = root
      // Not in the type library, though documented.
      const writer = this as unknown as { _setTreatArrayBufferViewsAsHostObjects(flag: boolean): void }
      writer._setTreatArrayBufferViewsAsHostObjects(true)
    }

    /** Called by V8 for every view, and for objects of Node that it knows nothing about. */
    _writeHostObject(object: object): void {
      if (!isRaw(object) && !types.isDataView(object)) throw new HostObjectError(object)
      const view: View = object
      this.writeUint32(isRaw(view) ? typeOf(view) : DATA_VIEW)
      if (this.#isAlone(view)) {
        this.writeUint32(OWN_BYTES)
        this.writeDouble(view.byteLength)
        this.writeRawBytes(view as Uint8Array)
      } else {
        this.writeUint32(OVER_BUFFER)
        this.writeDouble(view.byteOffset)
        this.writeDouble(isRaw(view) ? view.length : view.byteLength)
        this.writeValue(view.buffer)
      }
    }

    #isAlone(view: View): boolean {
      // Memory shared between threads cannot stay shared between processes.
      if (types.isSharedArrayBuffer(view.buffer)) return true
      if (view.byteLength === view.buffer.byteLength) return false
      this.#users ??= countUsers(this.#root)
      return this.#users.get(view.buffer) === 1
    }
  }

  class Reader extends Deserializer {
    readonly #bytes: Uint8Array

    constructor(bytes: Uint8Array) {
      super(bytes)
      this.#bytes = bytes
    }

    _readHostObject(): View {
      const code = this.readUint32()
      const ctor = code === DATA_VIEW ? (DataView as unknown as ViewCtor) : (ctorOf(code) as ViewCtor | null)
      if (ctor === null) throw new TypeError(`no type of array has the code ${code}`)
      const how = this.readUint32()
      if (how === OWN_BYTES) {
        const byteLength = this.readDouble()
        if (!(byteLength >= 0 && byteLength <= this.#bytes.byteLength))
          throw new RangeError('an array longer than the item')
        // A copy: what V8 gives here is a view of the received bytes.
        return new ctor(new Uint8Array(this.readRawBytes(byteLength)).buffer)
      }
      const byteOffset = this.readDouble()
      const length = this.readDouble()
      const buffer: unknown = this.readValue()
      if (!types.isArrayBuffer(buffer)) throw new TypeError('an array over something else than memory')
      return new ctor(buffer, byteOffset, length)
    }
  }

  return { Writer, Reader }
}

let made: ReturnType<typeof makeClasses> | undefined

function classes(): ReturnType<typeof makeClasses> {
  made ??= makeClasses()
  return made
}

/** Throws whatever V8, or a getter, has to say about a value that cannot be copied. */
export function encodeCloned(value: unknown): Uint8Array {
  const writer = new (classes().Writer)(value)
  writer.writeRawBytes(Uint8Array.of(Form.CLONE))
  writer.writeHeader()
  writer.writeValue(value)
  return writer.releaseBuffer()
}

export function decodeCloned(bytes: Uint8Array): unknown {
  if (bytes[1] !== 0xff || !(bytes[2]! >= V8_FORMAT_MIN)) throw new TypeError('not in the format of this V8')
  const reader = new (classes().Reader)(bytes.subarray(1))
  reader.readHeader()
  return reader.readValue()
}

/** How many objects of the graph below `root` use each piece of memory: its views, and itself. */
function countUsers(root: unknown): Map<ArrayBufferLike, number> {
  const users = new Map<ArrayBufferLike, number>()
  const seen = new Set<unknown>([root])
  // A Set is iterated in order of insertion, and over what is added meanwhile.
  for (const value of seen) {
    const buffer = ArrayBuffer.isView(value) ? value.buffer : value
    if (types.isArrayBuffer(buffer)) users.set(buffer, (users.get(buffer) ?? 0) + 1)
    forEachChild(value, (child) => {
      if (typeof child === 'object' && child !== null) seen.add(child)
    })
  }
  return users
}
