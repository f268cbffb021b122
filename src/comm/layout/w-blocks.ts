/**
 * The blocks of alltoallw and its neighbour form, each of an element type and in a layout of its own: their checks,
 * and how they leave and arrive.
 *
 * Nobody tells beforehand what will come, so one message goes between each two peers whatever is in it, an empty
 * item for nothing: what the two ends have different ideas of shows where it is received.
 */

import { BufferError, CountError, TypeMismatchError, type Where } from '../../errors.ts'
import { Block } from '../../wire/block.ts'
import { ITEM, isRaw, type Raw, typeName } from '../../wire/datatype.ts'
import { checkData, Layout } from '../../wire/layout/layout.ts'
import { isStrided, layoutOf } from '../../wire/layout/nd-view.ts'
import { overlap, wholeOf } from '../../wire/layout/overlap.ts'
import { contiguous, pack } from '../../wire/layout/pack.ts'
import { blockOf, where } from '../collective/check.ts'
import type { Endpoint, Scope } from '../collective/endpoint.ts'
import type { CallName } from '../collective/signature.ts'
import type { WBlock } from '../collective/types.ts'
import { describe } from '../op/domain.ts'
import { Target } from './target.ts'

/** What one list is about: a place for each rank, or for each neighbour. */
export interface Peers {
  readonly count: number
  /** `each of the 4 ranks`. */
  readonly what: string
}

/** Where the block from one peer goes. */
interface Place {
  readonly block: Block
  /** Null: the block is the place itself. */
  readonly target: Target | null
  readonly elements: Raw | Layout
}

const NOTHING = Block.item(new Uint8Array(0))

export class WBlocks {
  /** A block per peer that this rank receives from: `into` itself, if it was given. */
  readonly result: readonly WBlock[]
  readonly #scope: Scope
  readonly #call: CallName
  readonly #sent: (Raw | Layout | Block | null)[]
  /** Null: into new memory. */
  readonly #places: readonly (Place | null)[] | null
  readonly #received: (Raw | null)[] = []

  /** Throws what is wrong with the arguments. */
  constructor(scope: Scope, call: CallName, blocks: unknown, dests: Peers, into: unknown, sources: Peers) {
    const site = where(scope, call)
    this.#scope = scope
    this.#call = call
    this.#sent = listOf(blocks, 'blocks', dests, site).map((block, i) =>
      elementsOf(scope, call, block, `blocks[${i}]`),
    )
    if (into === undefined) {
      this.#places = null
      this.#received = new Array<null>(sources.count).fill(null)
      this.result = this.#received
      return
    }
    this.#places = listOf(into, 'into', sources, site).map((block, i) =>
      placeOf(scope, call, block, `into[${i}]`),
    )
    this.result = into as WBlock[]
    checkApart(this.#places, site)
    this.#copyWhatMayBeOverwritten()
  }

  /** What goes to peer `i`. Elements that do not lie one after another are copied only now, to copy few at a time. */
  out(i: number): Block {
    const sent = this.#sent[i]!
    if (sent === null) return NOTHING
    return sent instanceof Block ? sent : packed(sent)
  }

  /** Receives the block `i`, which comes from rank `source`; `own`: it is this, for it comes from this rank itself. */
  async take(endpoint: Endpoint, i: number, source: number, own: Block | null): Promise<void> {
    if (this.#places === null) {
      this.#received[i] = arrayOf(own === null ? await endpoint.recv(source) : own.copy())
      return
    }
    const place = this.#places[i]!
    if (place === null || place.block.byteLength === 0) {
      const block = own ?? (await endpoint.recv(source))
      if (block.byteLength > 0) throw this.#mismatch(i, source, block)
      return
    }
    if (own === null) await endpoint.recvInto(place.block, source)
    else if (own.type !== place.block.type || own.byteLength !== place.block.byteLength)
      throw this.#mismatch(i, source, own)
    else place.block.set(own)
    place.target?.deliver(0, place.block.count)
  }

  /** Blocks are sent as they were when the call was made, also where what is received goes to their memory. */
  #copyWhatMayBeOverwritten(): void {
    const places = this.#places!.filter((place) => place !== null).map(({ elements }) => extentOf(elements))
    for (const [i, sent] of this.#sent.entries()) {
      if (sent === null) continue
      const extent = extentOf(sent as Raw | Layout)
      if (!places.some((place) => place.overlaps(extent))) continue
      const block = packed(sent as Raw | Layout)
      // What was packed is a copy already.
      this.#sent[i] = block.overlaps(extent) ? block.copy() : block
    }
  }

  #mismatch(i: number, source: number, found: Block): Error {
    const { rank } = this.#scope
    const block = this.#places![i]?.block
    return this.#scope.mismatch(
      this.#call,
      `${source === rank ? 'this rank sends itself' : `rank ${source} sent`} ${shown(found)}, but into[${i}] is ` +
        `${block === undefined ? 'null' : shown(block)}; give it the element type and length of what comes`,
    )
  }
}

function listOf(list: unknown, name: string, { count, what }: Peers, site: Where): readonly unknown[] {
  if (!Array.isArray(list)) {
    throw new TypeMismatchError(
      `${site}: ${name} is ${describe(list)}, but must be a list with a block for ${what}: a typed array, a layout, ` +
        'or null for nothing',
    )
  }
  if (list.length === count) return list
  throw new CountError(
    `${site}: ${name} has length ${list.length}; it needs one block for ${what}, null for nothing`,
  )
}

/** The elements that a block names, if there are any. */
function elementsOf(scope: Scope, call: CallName, block: unknown, name: string): Raw | Layout | null {
  if (block === null) return null
  if (isRaw(block)) {
    blockOf(scope, call, name, block)
    return block
  }
  const site = where(scope, call)
  if (!isStrided(block)) {
    throw new TypeMismatchError(
      `${site}: ${name} is ${describe(block)}; give a typed array, a layout, or null for nothing`,
    )
  }
  const layout = layoutOf(block, name, site)
  checkData(layout, name, site)
  return layout
}

function placeOf(scope: Scope, call: CallName, into: unknown, name: string): Place | null {
  const elements = elementsOf(scope, call, into, name)
  if (elements === null) return null
  if (!(elements instanceof Layout)) return { block: Block.of(elements), target: null, elements }
  const target = new Target(elements, name, where(scope, call))
  return { block: Block.of(target.array), target, elements }
}

/** Throws if one block would be received over another. */
function checkApart(places: readonly (Place | null)[], site: Where): void {
  const found = places.flatMap((place, i) =>
    place === null ? [] : { i, layout: layoutIn(place.elements), extent: extentOf(place.elements) },
  )
  // In order of memory: whatever begins behind the end of a place is clear of it, and so is all that follows.
  found.sort((a, b) => a.extent.byteOffset - b.extent.byteOffset)
  for (const [at, { i, layout, extent }] of found.entries()) {
    const end = extent.byteOffset + extent.byteLength
    for (let next = at + 1; next < found.length; next++) {
      const other = found[next]!
      if (other.extent.byteOffset >= end) break
      if (other.extent.buffer !== extent.buffer || !overlap(layout, other.layout)) continue
      throw new BufferError(
        `${site}: into[${Math.min(i, other.i)}] and into[${Math.max(i, other.i)}] share memory, so that one would ` +
          'overwrite the other; give places of their own',
      )
    }
  }
}

function layoutIn(elements: Raw | Layout): Layout {
  return elements instanceof Layout ? elements : wholeOf(elements)
}

/** All memory from the first of the elements to the last. */
function extentOf(elements: Raw | Layout): Block {
  if (!(elements instanceof Layout)) return Block.of(elements)
  const { data, places } = elements
  return Block.of(data).slice(places.low, places.high)
}

/** The elements one after another: in a copy, unless they are so already. */
function packed(elements: Raw | Layout): Block {
  return Block.of(elements instanceof Layout ? (contiguous(elements) ?? pack(elements)) : elements)
}

function arrayOf(block: Block): Raw | null {
  return block.type === ITEM ? null : block.array()
}

function shown(block: Block): string {
  return block.type === ITEM ? 'nothing' : `${block.count} x ${typeName(block.type)}`
}
