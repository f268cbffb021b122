import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ZmqTransport } from '../../src/transport/zmq/zmq.ts'
import { describeTransportContract, type Fixture } from './contract.ts'

/** N ranks in one process whose cards go from hand to hand as the launcher would pass them. */
function zmqRanks(size: number, windowBytes?: number): Fixture {
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
    cards[rank]!.reject(new Error(`rank ${rank} has left`))
    cards[rank]!.promise.catch(() => {})
    return transports[rank]!.close()
  }
  return {
    transports,
    kill: close,
    async dispose() {
      await Promise.all(transports.map((_, rank) => close(rank)))
      const left = readdirSync(dir)
      rmSync(dir, { recursive: true })
      if (left.length > 0) throw new Error(`files left behind: ${left}`)
    },
  }
}

/** Promise.withResolvers, which Node 20 does not have. */
class Deferred<T> {
  resolve!: (value: T) => void
  reject!: (error: Error) => void
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })
}

describeTransportContract('zmq', (size) => zmqRanks(size))
