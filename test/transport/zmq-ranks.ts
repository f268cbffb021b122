/** N ranks over ZeroMQ in one process; their cards go from hand to hand as the launcher would pass them. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ZmqOptions } from '../../src/transport/zmq/zmq.ts'
import { ZmqTransport } from '../../src/transport/zmq/zmq.ts'
import type { Fixture } from './contract.ts'
import { Deferred } from './deferred.ts'

export interface ZmqFixture extends Fixture {
  readonly transports: readonly ZmqTransport[]
  /** Where rank r listens: `r<r>` in this folder. */
  readonly dir: string
  /** What each rank has published, as soon as it has. */
  readonly cards: readonly Promise<string>[]
  /** What the ranks had to say beside errors. */
  readonly warnings: readonly string[]
}

export const SECRET = '0123456789abcdef'.repeat(4)

/** Options as of ranks that are each on a host of their own, all of which have `address`. */
export function overTcp(encrypted: boolean, address = '127.0.0.1'): Partial<ZmqOptions> {
  return {
    network: { address, ports: null, secret: SECRET, encrypted },
    nodeOf: Array.from({ length: 100 }, (_, rank) => rank),
    host: 'testhost',
  }
}

/** @param more options of all ranks, or of each */
export function zmqRanks(
  size: number,
  more: Partial<ZmqOptions> | ((rank: number) => Partial<ZmqOptions>) = {},
): ZmqFixture {
  const dir = mkdtempSync(join(tmpdir(), 'tsmpi-zmq-'))
  const cards = Array.from({ length: size }, () => new Deferred<string>())
  const warnings: string[] = []
  const transports = cards.map(
    (own, rank) =>
      new ZmqTransport({
        rank,
        size,
        jobId: 'test',
        endpoint: () => `ipc://${dir}/r${rank}`,
        publish: (card) => own.resolve(card),
        lookup: (peer) => {
          transports[peer]!.want()
          return cards[peer]!.promise
        },
        warn: (text) => warnings.push(text),
        ...(typeof more === 'function' ? more(rank) : more),
      }),
  )
  const close = (rank: number) => {
    cards[rank]!.promise.catch(() => {})
    cards[rank]!.reject(new Error(`rank ${rank} has left`))
    return transports[rank]!.close()
  }
  return {
    transports,
    dir,
    cards: cards.map((card) => card.promise),
    warnings,
    kill: close,
    async dispose() {
      await Promise.all(transports.map((_, rank) => close(rank)))
      const left = readdirSync(dir)
      rmSync(dir, { recursive: true })
      if (left.length > 0) throw new Error(`files left behind: ${left}`)
    },
  }
}
