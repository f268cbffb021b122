/** Every kernel: where its programs are, with which parameters it runs, and how its output is read. */

export interface Kernel {
  readonly title: string
  /** The tsmpi program, from the root of the checkout. */
  readonly script: string
  /** Parameters, the same for all peers. */
  readonly words: readonly string[]
  readonly quickWords: readonly string[]
  /** Which numbers of ranks it can run on. */
  readonly takes: (ranks: number) => boolean
  /** What must be in the output of a run that has found its own answer right. */
  readonly valid: RegExp
  /** Captures the figure that the time is taken from. */
  readonly figure: RegExp
  /** The seconds that the figure means. */
  readonly seconds: (figure: number, words: readonly string[]) => number
}

const any = (): boolean => true
const isPowerOf2 = (ranks: number): boolean => Number.isInteger(Math.log2(ranks))

/** A Parallel Research Kernel: the time of one pass. Of many passes, or V8 would still be compiling in most of them. */
function prk(name: string, words: string, quickWords: string, takes: Kernel['takes'] = any): Kernel {
  return {
    title: `PRK ${name} ${words}`,
    script: `examples/mpi/prk/${name}.ts`,
    words: words.split(' '),
    quickWords: quickWords.split(' '),
    takes,
    valid: /^Solution validates/m,
    figure: /\b[Tt]ime \(s\): ([\d.]+)/,
    seconds: (seconds) => seconds,
  }
}

/** Millions of operations, as NPB counts them. */
const MOPS = {
  ep: byClass(25, 26, 29, (log) => 2 ** log),
  is: byClass(16, 20, 23, (log) => 10 * 2 ** log),
  cg: byClass<[number, number]>([1400, 7], [7000, 8], [14000, 11], ([n, nonzero]) => {
    const perRow = nonzero * (nonzero + 1)
    return 2 * 15 * n * (3 + perRow + 25 * (5 + perRow) + 3)
  }),
  mg: byClass(32, 128, 256, (n) => 58 * 4 * n ** 3),
  ft: byClass(18, 19, 23, (log) => {
    const points = 2 ** log
    const ln = Math.log(points)
    return points * (14.8157 + 7.19641 * ln + (5.23518 + 7.21113 * ln) * 6)
  }),
}

function byClass<P>(s: P, w: P, a: P, operations: (parameter: P) => number): Record<'S' | 'W' | 'A', number> {
  return { S: 1e-6 * operations(s), W: 1e-6 * operations(w), A: 1e-6 * operations(a) }
}

/**
 * A NAS Parallel Benchmark: the time of the whole computation. NPB prints it with two digits behind the point, which
 * are too few for small classes, so it is taken from the rate and from how many operations NPB counts.
 */
function npb(name: keyof typeof MOPS, letter: 'W' | 'A', quickLetter: 'S' | 'W'): Kernel {
  return {
    title: `NPB ${name} class ${letter}`,
    script: `examples/mpi/npb/${name}.ts`,
    words: ['--class', letter],
    quickWords: ['--class', quickLetter],
    takes: isPowerOf2,
    valid: /Verification\s*=\s*SUCCESSFUL/,
    figure: /Mop\/s total\s*=\s*([\d.]+)/,
    seconds: (rate, words) => MOPS[name][words[1] as 'S' | 'W' | 'A'] / rate,
  }
}

export const KERNELS: Readonly<Record<string, Kernel>> = {
  stencil: prk('stencil', '50 2000', '60 1000'),
  transpose: prk('transpose', '50 2000 32', '60 1000 32', (ranks) => 1000 % ranks === 0),
  nstream: prk('nstream', '30 4000000', '30 2000000'),
  p2p: prk('p2p', '50 2000 2000', '60 1000 1000'),
  dgemm: prk('dgemm', '10 500 32', '20 300 32'),
  sparse: prk('sparse', '20 10 4', '30 9 4'),
  reduce: prk('reduce', '50 1000000', '60 500000'),
  random: prk('random', '16 18', '16 16', isPowerOf2),
  ep: npb('ep', 'W', 'S'),
  is: npb('is', 'A', 'W'),
  cg: npb('cg', 'A', 'W'),
  mg: npb('mg', 'A', 'W'),
  ft: npb('ft', 'A', 'W'),
}

/** The seconds that a run has measured, or what is wrong with what it said. */
export function readSeconds(kernel: Kernel, words: readonly string[], stdout: string): number | string {
  if (!kernel.valid.test(stdout)) return 'did not say that its answer is right'
  const seconds = kernel.seconds(Number(kernel.figure.exec(stdout)?.[1]), words)
  return seconds > 0 && Number.isFinite(seconds) ? seconds : 'told no time'
}
