/**
 * The transform of a box of complex numbers that is cut among the ranks: in planes of z where it is a function of
 * place, in planes of y where it is a spectrum. Both lie in memory with x fastest, then y, then z.
 *
 * Between the two all ranks send to all. What a rank sends to another is packed while x is transformed, and what it
 * gets as a spectrum is in its place when it comes: parts of z, one after another.
 */

import type { Communicator } from 'tsmpi'
import { type Blocks, blocks } from '../common/blocks.ts'
import { Fft } from './fft.ts'

/** Columns that are transformed at a time: as many as stay in the cache nearest to the processor but one. */
const COLUMNS = 32

export interface Box {
  readonly nx: number
  readonly ny: number
  readonly nz: number
}

export class BoxTransform {
  readonly #comm: Communicator
  readonly #box: Box
  readonly #ys: Blocks
  readonly #zs: Blocks
  /** This rank's number of planes of y and of z. */
  readonly #my: number
  readonly #mz: number
  readonly #x: Fft
  readonly #y: Fft
  readonly #z: Fft
  /** What comes or goes in the exchange. A rank alone has none, and works where the numbers are. */
  readonly #parcel: Float64Array | null
  /** Doubles that each rank gets of this one's planes of z, and where they lie; and the other way round. */
  readonly #zCounts: readonly number[]
  readonly #zDispls: readonly number[]
  readonly #yCounts: readonly number[]

  constructor(comm: Communicator, box: Box) {
    const { rank, size } = comm
    const { nx, ny, nz } = box
    this.#comm = comm
    this.#box = box
    this.#ys = blocks(ny, size)
    this.#zs = blocks(nz, size)
    this.#my = this.#ys.counts[rank]!
    this.#mz = this.#zs.counts[rank]!
    this.#x = new Fft(nx, 1)
    this.#y = new Fft(ny, COLUMNS)
    this.#z = new Fft(nz, COLUMNS)
    this.#parcel = size > 1 ? new Float64Array(this.length) : null
    this.#zCounts = this.#ys.counts.map((my) => 2 * nx * my * this.#mz)
    this.#zDispls = this.#ys.starts.slice(0, size).map((y) => 2 * nx * y * this.#mz)
    this.#yCounts = this.#zs.counts.map((mz) => 2 * nx * this.#my * mz)
  }

  /** Doubles that an array needs to hold this rank's part in either form. */
  get length(): number {
    const { nx, ny, nz } = this.#box
    return 2 * nx * Math.max(ny * this.#mz, this.#my * nz)
  }

  /** From planes of z in `work`, which is overwritten, to planes of y in `spectrum`. */
  async forward(work: Float64Array, spectrum: Float64Array): Promise<void> {
    const parcel = this.#parcel ?? work
    for (let z = 0; z < this.#mz; z++) {
      this.#transformY(1, work, z)
      this.#transformX(1, work, parcel, z, false)
    }
    if (this.#parcel !== null) {
      await this.#comm.alltoallv(
        { data: parcel, counts: this.#zCounts, displs: this.#zDispls },
        { into: { data: work, counts: this.#yCounts } },
      )
    }
    this.#transformZ(1, work, spectrum)
  }

  /** From planes of y in `spectrum`, which stays as it is, to planes of z in `work`, without scaling. */
  async backward(spectrum: Float64Array, work: Float64Array): Promise<void> {
    const parcel = this.#parcel ?? work
    this.#transformZ(-1, spectrum, work)
    if (this.#parcel !== null) {
      await this.#comm.alltoallv(
        { data: work, counts: this.#yCounts },
        { into: { data: parcel, counts: this.#zCounts, displs: this.#zDispls } },
      )
    }
    for (let z = 0; z < this.#mz; z++) {
      this.#transformX(-1, parcel, work, z, true)
      this.#transformY(-1, work, z)
    }
  }

  /** The rows of a plane of z; in a parcel, rows are sorted by the rank that has their y. */
  #transformX(
    direction: 1 | -1,
    source: Float64Array,
    dest: Float64Array,
    z: number,
    sourceIsParcel: boolean,
  ): void {
    const { nx, ny } = this.#box
    const { starts, counts } = this.#ys
    for (let r = 0; r < counts.length; r++) {
      for (let y = starts[r]!; y < starts[r + 1]!; y++) {
        const inPlanes = 2 * nx * (z * ny + y)
        const inParcel = this.#zDispls[r]! + 2 * nx * (z * counts[r]! + y - starts[r]!)
        const [from, to] = sourceIsParcel ? [inParcel, inPlanes] : [inPlanes, inParcel]
        this.#x.transform(direction, 1, 1, source, from, dest, to)
      }
    }
  }

  /** The columns of a plane of z, where they are. */
  #transformY(direction: 1 | -1, work: Float64Array, z: number): void {
    const { nx, ny } = this.#box
    for (let x = 0; x < nx; x += COLUMNS) {
      const at = 2 * (z * ny * nx + x)
      this.#y.transform(direction, Math.min(COLUMNS, nx - x), nx, work, at, work, at)
    }
  }

  #transformZ(direction: 1 | -1, source: Float64Array, dest: Float64Array): void {
    const columns = this.#box.nx * this.#my
    for (let c = 0; c < columns; c += COLUMNS) {
      this.#z.transform(direction, Math.min(COLUMNS, columns - c), columns, source, 2 * c, dest, 2 * c)
    }
  }
}
