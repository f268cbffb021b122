/** N ranks over ZeroMQ in one process; their cards go from hand to hand as the launcher would pass them. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ZmqTransport } from '../../src/transport/zmq/zmq.ts'
import type { Fixture } from './contract.ts'
import { Deferred } from './deferred.ts'

export interface ZmqFixture extends Fixture {
  readonly transports: readonly ZmqTransport[]
  /** Where rank r listens: `r<r>` in this folder. */
  readonly dir: string
}

export function zmqRanks(size: number, windowBytes?: number): ZmqFixture {
  const dir = mkdtempSync(join(tmpdir(), 'tsmpi-zmq-'))
  const cards = Array.from({ length: size }, () => new Deferred<string>())
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
        windowBytes,
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
    kill: close,
    async dispose() {
      await Promise.all(transports.map((_, rank) => close(rank)))
      const left = readdirSync(dir)
      rmSync(dir, { recursive: true })
      if (left.length > 0) throw new Error(`files left behind: ${left}`)
    },
  }
}
