/** Arrays in memory that the ranks of one host have in common (MPI-4.1 §12.2.3, MPI_Win_allocate_shared). */

import { BufferError, CountError, MpiError, TypeMismatchError } from '../errors.ts'
import { Block } from '../wire/block.ts'
import {
  allocate,
  aTypeName,
  ctorOf,
  elementSize,
  type Raw,
  type TypeCode,
  type TypedCtor,
  typeOfCtor,
} from '../wire/datatype.ts'
import type { Endpoint } from './collective/endpoint.ts'
import { signature } from './collective/signature.ts'
import type { Core } from './core.ts'

/** Where rank 0 has found memory; or why it has not, as text. */
const NO_PLACE = -1

/** One array for all ranks of a communicator that are on one host. */
export async function sharedArray<B extends Raw>(core: Core, ctor: TypedCtor<B>, length: number): Promise<B> {
  const where = `sharedArray on ${core.label}, rank ${core.rank} of ${core.size}`
  const type = typeOfCtor(ctor)
  if (type === undefined) {
    throw new TypeMismatchError(
      `${where}: the first argument is no typed array's constructor; give one such as Float64Array`,
    )
  }
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new CountError(`${where}: length is ${String(length)}; give a number of elements, 0 or more`)
  }
  const { common } = core.state.messenger
  if (core.size === 1) return allocate(type, length) as B
  checkOneHost(core, where)
  if (common === null) {
    throw new MpiError(
      `${where}: the ranks of this job share no memory; start it without --transport zmq, on a system where ` +
        'tsrun can share memory (its --transport shm says why it cannot)',
    )
  }
  const bytes = length * elementSize(type)
  const place = await core.call(signature('sharedArray', { type, count: length }), undefined, (endpoint) =>
    agreeOnPlace(endpoint, () => common.takeMemory(Math.max(bytes, 1))),
  )
  if (typeof place === 'string') {
    throw new BufferError(`${where}: no room for ${aTypeName(type)} of ${length} elements: ${place}`)
  }
  return view(type, common.memory(place, Math.max(bytes, 1)), length) as B
}

function view(type: TypeCode, buffer: ArrayBuffer, length: number): Raw {
  return new (ctorOf(type)!)(buffer, 0, length)
}

function checkOneHost({ state, ranks }: Core, where: string): void {
  const { nodeOf } = state.job
  const stranger = ranks.findIndex((rank) => nodeOf[rank] !== nodeOf[ranks[0]!])
  if (stranger < 0) return
  throw new MpiError(
    `${where}: rank ${stranger} is on another host than rank 0; make a communicator of one host with splitType('shared')`,
  )
}

/**
 * Rank 0 takes the memory when all have come, and tells them where; or why there is none, since all must fail
 * then. That it hears of the others first lets it notice that they ask for something else.
 */
async function agreeOnPlace(endpoint: Endpoint, take: () => number): Promise<number | string> {
  const { rank, size } = endpoint
  const nothing = Block.item(new Uint8Array(0))
  if (rank !== 0) {
    await endpoint.send(nothing, 0)
    return unpack(await endpoint.recv(0))
  }
  const others = Array.from({ length: size - 1 }, (_, i) => i + 1)
  await Promise.all(others.map((other) => endpoint.recvInto(nothing, other)))
  let place: number | string
  try {
    place = take()
  } catch (error) {
    place = (error as Error).message
  }
  const news = pack(place)
  await Promise.all(others.map((other) => endpoint.send(news, other)))
  return place
}

function pack(place: number | string): Block {
  if (typeof place === 'number') return Block.of(Float64Array.of(place))
  return Block.of(Float64Array.from([NO_PLACE, ...new TextEncoder().encode(place)]))
}

function unpack(block: Block): number | string {
  const [place, ...text] = block.array() as Float64Array
  return place === NO_PLACE ? new TextDecoder().decode(Uint8Array.from(text)) : place!
}
