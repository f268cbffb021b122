/** The opening and closing lines of the NAS Parallel Benchmarks, as its users and their scripts know them. */

import { type Communicator, version } from 'tsmpi'

/** The version of NPB whose problems, operation counts and output these programs follow. */
const NPB_VERSION = '3.4'

export interface Report {
  readonly benchmark: string
  readonly className: string
  /** The size of the problem: a number, or the sides of a grid. */
  readonly size: number | readonly number[]
  readonly iterations: number
  readonly seconds: number
  /** Operations in all, as NPB counts them for this benchmark. */
  readonly operations: number
  readonly operationType: string
  readonly verified: boolean
}

export function printOpening(benchmark: string): void {
  console.log(`\n\n NAS Parallel Benchmarks ${NPB_VERSION} -- ${benchmark} Benchmark\n`)
}

/** Prints the closing lines; an answer that is not verified makes exit code 1. */
export function printClosing(comm: Communicator, report: Report): void {
  const { benchmark, seconds } = report
  const mops = report.operations / 1e6 / seconds
  const size =
    typeof report.size === 'number'
      ? String(report.size)
      : report.size.map((side) => String(side).padStart(4)).join('x')
  const lines: readonly (readonly [string, string])[] = [
    ['Class', report.className],
    ['Size', size],
    ['Iterations', String(report.iterations)],
    ['Time in seconds', seconds.toFixed(2)],
    ['Total processes', String(comm.size)],
    ['Mop/s total', mops.toFixed(2)],
    ['Mop/s/process', (mops / comm.size).toFixed(2)],
    ['Operation type', report.operationType],
    ['Verification', report.verified ? 'SUCCESSFUL' : 'UNSUCCESSFUL'],
    ['Version', NPB_VERSION],
    ['Run by', `tsmpi ${version}, Node ${process.version}`],
  ]
  console.log(`\n\n ${benchmark} Benchmark Completed.`)
  for (const [name, value] of lines) console.log(` ${name.padEnd(15)} = ${value.padStart(24)}`)
  if (!report.verified) process.exitCode = 1
}

/** A number as 1.234E-05, right in `width` columns. */
export function scientific(value: number, decimals: number, width = 0): string {
  return value
    .toExponential(decimals)
    .replace(/e([+-])(\d+)$/, (_, sign, power) => `E${sign}${power.padStart(2, '0')}`)
    .padStart(width)
}

/** Whether `value` is as near to `expected` as NPB wants it. NaN is near to nothing. */
export function near(value: number, expected: number, tolerance: number): boolean {
  return Math.abs((value - expected) / expected) <= tolerance
}
