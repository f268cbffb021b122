/** Every benchmark: which program measures it, in which unit, with which sizes and ranks. */

/** The programs; each exists in C, Python and TypeScript unless `BENCHMARKS` says otherwise. */
export type Program =
  | 'point-to-point'
  | 'collectives'
  | 'objects'
  | 'cold'
  | 'idle'
  | 'timer-lag'
  | 'memory'
  | 'hello'

export type Language = 'ts' | 'c' | 'py'

export interface Benchmark {
  readonly title: string
  readonly program: Program
  readonly unit: 'us' | 'MB/s' | 'msg/s' | 'ms' | '%' | 'MiB'
  readonly better: 'less' | 'more'
  readonly ranks: readonly number[]
  /** Message sizes in bytes by number of ranks; for some programs an index instead. */
  readonly sizes: (ranks: number) => readonly number[]
  readonly quickSizes: (ranks: number) => readonly number[]
  readonly languages: readonly Language[]
  /** What a row is, where it is not a size in bytes. */
  readonly row?: (size: number) => string
  /** Takes its own time, the same in every repetition: once is enough. */
  readonly once?: boolean
}

const KIB = 1024
const MIB = 1024 * KIB
const ALL: readonly Language[] = ['ts', 'c', 'py']

/** 1 B to 4 MiB in powers of 4, and 8 B, the usual size of one number. */
const FINE = [1, 4, 8, 16, 64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB] as const
const COARSE = [8, KIB, 64 * KIB, MIB, 4 * MIB] as const

function pointToPoint(title: string, unit: Benchmark['unit'], better: Benchmark['better']): Benchmark {
  return {
    title,
    program: 'point-to-point',
    unit,
    better,
    ranks: [2],
    sizes: () => FINE,
    quickSizes: () => COARSE,
    languages: ALL,
  }
}

/** Sizes of 2 ranks go to 4 MiB; more ranks than cores get fewer, or a run would take hours with a peer that spins. */
function collective(title: string, largest: readonly number[] = []): Benchmark {
  return {
    title,
    program: 'collectives',
    unit: 'us',
    better: 'less',
    ranks: [2, 4, 8],
    sizes: (ranks) => {
      if (ranks === 2) return [8, 64, 512, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB, ...largest]
      return ranks <= 4 ? [8, KIB, 64 * KIB, MIB] : [8, 64 * KIB, MIB]
    },
    quickSizes: (ranks) => (ranks === 2 ? [8, 64 * KIB, 4 * MIB, ...largest] : [8, 64 * KIB]),
    languages: ALL,
  }
}

/** A size for every benchmark that has none. */
const NONE = () => [0]

const LAG = ['median', 'p99', 'max']

export const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  latency: pointToPoint('Latency, one way', 'us', 'less'),
  bw: pointToPoint('Bandwidth, window of 64', 'MB/s', 'more'),
  bibw: pointToPoint('Bandwidth both ways, window of 64', 'MB/s', 'more'),
  rate: {
    ...pointToPoint('Message rate over pairs of ranks, window of 64', 'msg/s', 'more'),
    ranks: [2, 4, 8],
    sizes: () => [8, KIB, 64 * KIB],
    quickSizes: () => [8],
  },
  barrier: { ...collective('Barrier'), sizes: NONE, quickSizes: NONE },
  bcast: collective('Broadcast'),
  reduce: collective('Reduce, sum of doubles'),
  allreduce: collective('Allreduce, sum of doubles', [8 * MIB]),
  reduce_scatter: collective('Reduce-scatter, sum of doubles (size of the whole vector)'),
  scan: collective('Scan, sum of doubles'),
  gather: collective('Gather (size of a block)'),
  scatter: collective('Scatter (size of a block)'),
  allgather: collective('Allgather (size of a block)'),
  alltoall: collective('Alltoall (size of a block)'),
  objects: {
    title: 'Objects, one way',
    program: 'objects',
    unit: 'us',
    better: 'less',
    ranks: [2],
    sizes: () => [0, 1, 2],
    quickSizes: () => [0, 1, 2],
    row: (which) => ['small record', '100 keys', 'list of 1e5 ints'][which]!,
    languages: ['ts', 'py'],
  },
  cold: {
    title: 'Latency, one way, in the first messages of a job',
    program: 'cold',
    unit: 'us',
    better: 'less',
    ranks: [2],
    sizes: () => [10_000],
    quickSizes: () => [10_000],
    row: (count) => `8 B, ${count} messages`,
    languages: ALL,
  },
  idle: {
    title: 'CPU of a rank that waits in recv',
    program: 'idle',
    unit: '%',
    better: 'less',
    ranks: [2],
    sizes: () => [10_000],
    quickSizes: () => [3_000],
    row: (waitMs) => `${waitMs / 1000} s`,
    languages: ALL,
    once: true,
  },
  'timer-lag': {
    title: 'Lag of a 1 ms timer on a rank',
    program: 'timer-lag',
    unit: 'ms',
    better: 'less',
    ranks: [2],
    sizes: () => [1_000],
    quickSizes: () => [500],
    row: (at) => `${['without tsmpi', 'in recv', 'in ping-pong'][Math.floor(at / 3)]}, ${LAG[at % 3]}`,
    languages: ['ts'],
  },
  memory: {
    title: 'Resident memory of a rank, shared pages included',
    program: 'memory',
    unit: 'MiB',
    better: 'less',
    ranks: [4],
    sizes: NONE,
    quickSizes: NONE,
    row: (when) => ['at its start', 'after first messages'][when]!,
    languages: ALL,
  },
  startup: {
    title: 'A whole job that says hello',
    program: 'hello',
    unit: 'ms',
    better: 'less',
    ranks: [1, 4, 16],
    sizes: NONE,
    quickSizes: NONE,
    languages: ALL,
  },
}

/** Sums are of doubles, and every rank has a block of reduce_scatter: the next size that can be divided so. */
export function divisible(name: string, ranks: number, size: number): number {
  const unit = REDUCTIONS.includes(name) ? 8 * (name === 'reduce_scatter' ? ranks : 1) : 1
  return Math.ceil(size / unit) * unit
}

const REDUCTIONS = ['reduce', 'allreduce', 'reduce_scatter', 'scan']
