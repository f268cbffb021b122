/** N ranks over shared memory in one process: one buffer, and doorbells that ring each other directly. */

import { KeepAlive } from '../../src/transport/keep-alive.ts'
import type { Doorbell } from '../../src/transport/shm/doorbell.ts'
import type { layoutFor } from '../../src/transport/shm/layout.ts'
import type { ProcessReader } from '../../src/transport/shm/peer-memory.ts'
import { bufferGround } from '../../src/transport/shm/segment.ts'
import { ShmTransport } from '../../src/transport/shm/shm.ts'
import type { Patience } from '../../src/transport/shm/waiting.ts'
import type { Fixture } from './contract.ts'

export interface ShmFixtureOptions {
  /** Powers of two, from 1024 bytes on. */
  readonly sizes?: Parameters<typeof layoutFor>[1]
  readonly patience?: Patience
  /** Stands for the kernel; null, as by default: no rank may read another's memory. */
  readonly reader?: ProcessReader | null
}

export interface ShmFixture extends Fixture {
  readonly transports: readonly ShmTransport[]
  /** How often each rank was woken. */
  readonly rings: readonly number[]
}

/** In one thread nothing comes while one spins. */
const AT_ONCE: Patience = { passes: 2, spins: 0, yields: 0, naps: false, turns: 1 }

export function shmTransports(n: number, options: ShmFixtureOptions = {}): ShmFixture {
  const { sizes, patience = AT_ONCE, reader = null } = options
  const ground = bufferGround(n, sizes)
  const bells = Array.from({ length: n }, () => new DirectBell())
  const rings = new Array<number>(n).fill(0)
  const ranks = Array.from({ length: n }, (_, rank) => rank)
  const ring = (rank: number) => {
    rings[rank]!++
    bells[rank]!.onRing()
  }
  const transports = ranks.map(
    (rank) =>
      new ShmTransport({
        rank,
        ranks,
        layout: ground.layout,
        ground: () => ground,
        doorbell: () => bells[rank]!.with(ring),
        yieldCore() {},
        reader: () => reader,
        patience,
      }),
  )
  return {
    transports,
    rings,
    async kill(rank) {
      await transports[rank]!.close()
      // One that never needed the memory leaves no mark there: the launcher tells of its end.
      for (const transport of transports)
        if (transport !== transports[rank]) transport.peerGone(rank, 'it was killed')
    },
    async dispose() {
      await Promise.all(transports.map((transport) => transport.close()))
    },
  }
}

class DirectBell implements Doorbell {
  readonly #keepAlive = new KeepAlive()
  #onRing: () => void = () => {}
  #ring: (rank: number) => void = () => {}

  with(ring: (rank: number) => void): this {
    this.#ring = ring
    return this
  }

  listen(onRing: () => void): void {
    this.#onRing = onRing
  }

  keepAlive(yes: boolean): void {
    if (yes) this.#keepAlive.on()
    else this.#keepAlive.off()
  }

  onRing(): void {
    setImmediate(this.#onRing)
  }

  ring(rank: number): void {
    this.#ring(rank)
  }

  close(): void {
    this.#keepAlive.close()
  }
}
