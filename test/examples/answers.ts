/** What each example prints, and one slip in it that makes its answer wrong. */

export interface Answer {
  /** The lines of the output at `size` ranks. */
  readonly lines: (size: number) => readonly (string | RegExp)[]
  /** The first text replaced by the second, the example computes something wrong at any number of ranks. */
  readonly slip: readonly [string, string]
}

const ranks = (size: number): number[] => Array.from({ length: size }, (_, rank) => rank)
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

export const ANSWERS: Readonly<Record<string, Answer>> = {
  '01-hello.ts': {
    lines: (size) => ranks(size).map((rank) => new RegExp(`^Hello from rank ${rank} of ${size} on \\S+$`)),
    slip: ['gather(`Hello', 'gather(`Hallo'],
  },
  '02-ring.ts': {
    lines: (size) => [`after 3 laps in a ring of ${size} the token is ${3 * sum(ranks(size))}`],
    slip: ['sum += value', 'sum += value + 1'],
  },
  '03-pi.ts': {
    lines: () => ['pi is 3.1415926536'],
    slip: ['i + 0.5', 'i + 0.4'],
  },
  '04-monte-carlo-pi.ts': {
    lines: (size) => [new RegExp(`^\\d+ of ${size * 200_000} points inside: pi is about 3\\.1[34]\\d{4}$`)],
    slip: ['pointsInside(rank), SUM', 'pointsInside(rank + 1), SUM'],
  },
  '05-objects.ts': {
    lines: (size) => [`station S${size - 1} opened on 1969-07-${19 + size}T00:00:00.000Z`],
    slip: ["world.send(['the', 'end'], next)", "world.send(['the end'], next)"],
  },
  '06-master-worker.ts': {
    lines: (size) => [`9592 primes below 100000, in 20 tasks; workers: ${Math.max(1, size - 1)}`],
    slip: ['d * d <= n', 'd * d < n'],
  },
  '07-collectives-tour.ts': {
    lines: (size) => [`bcast, scatter, gather, allgather and alltoall agree; ranks: ${size}`],
    slip: ['10 * rank + r', '10 * rank - r + 1'],
  },
  '08-dot-product.ts': {
    lines: (size) => [
      `x · y = 167167000, in blocks of ${ranks(size)
        .map((rank) => Math.floor(1001 / size) + (rank < 1001 % size ? 1 : 0))
        .join(' + ')}`,
    ],
    slip: ['partial += x[i]!', 'partial += x[0]!'],
  },
  '09-heat-1d.ts': {
    lines: () => ['after 200 steps the middle of the rod is at 0.926910'],
    slip: ['now[i - 1]! - 2 *', 'now[i]! - 2 *'],
  },
  '10-matrix-vector.ts': {
    lines: () => ['A A x = [-5848, -12059, 10902, …], 50 elements'],
    slip: ['i * N + j]!', 'i * N]!'],
  },
  '11-sample-sort.ts': {
    lines: (size) => [new RegExp(`^${2000 * size} numbers sorted; the largest piece has \\d{4}$`)],
    slip: ['received.data.sort()', 'received.data.reverse()'],
  },
  '12-word-count.ts': {
    lines: () => ['1387 words, 458 different: the 61, to 47, she 45, and 40, was 38'],
    slip: ['counts.get(word) ?? 0', 'counts.get(word) ?? 1'],
  },
  '13-row-and-column.ts': {
    lines: (size) => [
      [
        'grid of 1 × 1: row sums 0 = 0',
        'grid of 1 × 2: row sums 1 = 1',
        'grid of 1 × 3: row sums 3 = 3',
        'grid of 2 × 2: row sums 1 + 21 = 22',
      ][size - 1]!,
    ],
    slip: ['column.allreduce(element, SUM)', 'column.allreduce(element + 1, SUM)'],
  },
  '14-cartesian-halo.ts': {
    lines: (size) => [
      `${['1 × 1', '2 × 1', '3 × 1', '2 × 2'][size - 1]} tiles: every cell is right after 50 steps`,
    ],
    slip: ['line(W + 1, W), line(W + N, W)', 'line(W + N, W), line(W + 1, W)'],
  },
  '15-columns.ts': {
    lines: (size) => [
      `the column from rank ${size - 1}, upside down: ${[4, 3, 2, 1, 0].map((i) => 100 * (size - 1) + 10 * i + 1).join(' ')}`,
    ],
    slip: ['column(COLUMNS - 1), next', 'column(COLUMNS - 2), next'],
  },
}
