/**
 * Endpoints over queues in one process, so that an algorithm can be run by itself, without a communicator.
 *
 * Messages of different pairs arrive in an order drawn from the seed. With `eager: false` a send resolves
 * only when it is received, and its memory is read only then: an algorithm that counts on buffering, or that
 * overwrites what it is sending, fails. So does one that leaves a message behind.
 */

import type { Endpoint } from '../../../src/comm/collective/endpoint.ts'
import { Block } from '../../../src/wire/block.ts'
import { typeName } from '../../../src/wire/datatype.ts'
import { random } from '../tools.ts'

interface Message {
  readonly block: Block
  readonly received: () => void
}
interface Receive {
  readonly into: Block | null
  readonly resolve: (block: Block) => void
  readonly reject: (error: Error) => void
}
/** Messages of one rank to another. */
interface Link {
  readonly name: string
  readonly travelling: Message[]
  readonly arrived: Message[]
  readonly receives: Receive[]
}

export interface EndpointOptions {
  readonly seed: number
  readonly eager: boolean
}

/** Runs `body` on `size` endpoints; resolves to the results in rank order. */
export async function runEndpoints<T>(
  size: number,
  { seed, eager }: EndpointOptions,
  body: (endpoint: Endpoint) => Promise<T>,
): Promise<T[]> {
  const draw = random(seed)
  const links = Array.from({ length: size * size }, (_, i): Link => {
    const name = `${Math.floor(i / size)} to ${i % size}`
    return { name, travelling: [], arrived: [], receives: [] }
  })
  const endpoints = Array.from({ length: size }, (_, rank): Endpoint => {
    const linkTo = (dest: number) => links[rank * size + dest]!
    const receive = (source: number, into: Block | null) =>
      new Promise<Block>((resolve, reject) => {
        const link = links[source * size + rank]!
        link.receives.push({ into, resolve, reject })
        match(link)
      })
    return {
      rank,
      size,
      send(block, dest) {
        if (eager) {
          linkTo(dest).travelling.push({ block: copy(block), received: () => {} })
          return Promise.resolve()
        }
        return new Promise((received) => linkTo(dest).travelling.push({ block, received }))
      },
      recvInto: async (block, source) => void (await receive(source, block)),
      recv: (source) => receive(source, null),
    }
  })

  let failed: Error | null = null
  let finished = 0
  const results = endpoints.map((endpoint) => body(endpoint))
  for (const result of results) {
    result.then(
      () => finished++,
      (error) => {
        failed ??= error
      },
    )
  }
  const replay = `(size ${size}, seed ${seed}, eager ${eager})`
  for (;;) {
    const busy = links.filter((link) => link.travelling.length > 0)
    const link = busy[Math.floor(draw() * busy.length)]
    if (link !== undefined) {
      link.arrived.push(link.travelling.shift()!)
      match(link)
    }
    await new Promise((resolve) => setImmediate(resolve))
    if (failed !== null) throw new Error(`${(failed as Error).message} ${replay}`, { cause: failed })
    if (link !== undefined) continue
    if (finished === size) break
    if (links.every(({ travelling }) => travelling.length === 0)) {
      const waits = links.filter(({ receives }) => receives.length > 0).map(({ name }) => name)
      throw new Error(`deadlock: nobody sends ${waits.join(', ')} ${replay}`)
    }
  }
  const left = links.filter(({ arrived }) => arrived.length > 0).map(({ name }) => name)
  if (left.length > 0) throw new Error(`never received: ${left.join(', ')} ${replay}`)
  return Promise.all(results)
}

function match({ name, arrived, receives }: Link): void {
  while (arrived.length > 0 && receives.length > 0) {
    const { block, received } = arrived.shift()!
    const { into, resolve, reject } = receives.shift()!
    if (into === null) resolve(copy(block))
    else if (into.type === block.type && into.byteLength === block.byteLength) {
      into.set(block)
      resolve(into)
    } else {
      const show = (b: Block) => `${b.byteLength} bytes of ${typeName(b.type)}`
      reject(new Error(`${name}: sent ${show(block)}, expected ${show(into)}`))
    }
    received()
  }
}

function copy(block: Block): Block {
  const made = Block.allocate(block.type, block.byteLength)
  made.set(block)
  return made
}
