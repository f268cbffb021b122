/**
 * Times the inner loops that docs/kernels.md speaks of, as one first writes them and as the kernels have them, in turn,
 * and checks that both compute the same.
 *
 * Run: npx tsrun -n 1 bench/kernels/inner-loops/main.ts [part of a name]
 */

import { cpus } from 'node:os'
import { CASES, type Case, type Pass } from './cases.ts'

const REPEATS = 15
/** A pass that takes less is made so often that it takes as much. */
const LEAST_MS = 2

const [wanted = ''] = process.argv.slice(2)
console.log(`Node ${process.versions.node}, ${cpus()[0]?.model}; ms a pass, least and median of ${REPEATS}\n`)
console.log(`${'loop'.padEnd(50)}${'before'.padStart(18)}${'after'.padStart(18)}${'factor'.padStart(14)}`)
for (const one of CASES) if (one.name.includes(wanted)) measure(one)

function measure({ name, before, after, isReordered }: Case): void {
  const passes = [before(), after()]
  const [first, then] = passes.map((pass) => Float64Array.from(pass())) as [Float64Array, Float64Array]
  check(name, isReordered ? first.sort() : first, isReordered ? then.sort() : then)
  const times = passes.map((pass) => ({ pass, calls: callsFor(pass), ms: [] as number[] }))
  for (let repeat = 0; repeat < REPEATS; repeat++)
    for (const { pass, calls, ms } of times) ms.push(timeOf(pass, calls))
  const [b, a] = times.map(({ ms }) => ms.sort((x, y) => x - y)) as [number[], number[]]
  const middle = REPEATS >> 1
  const both = (ms: readonly number[]): string => `${ms[0]!.toPrecision(3)} ${ms[middle]!.toPrecision(3)}`
  const factors = `${(b[0]! / a[0]!).toFixed(2)} ${(b[middle]! / a[middle]!).toFixed(2)}`
  console.log(`${name.padEnd(50)}${both(b).padStart(18)}${both(a).padStart(18)}${factors.padStart(14)}`)
}

/** Also the first calls, so that V8 has compiled the loop before it is timed. */
function callsFor(pass: Pass): number {
  let calls = 1
  while (timeOf(pass, calls) * calls < LEAST_MS) calls *= 2
  for (let i = 0; i < 3; i++) timeOf(pass, calls)
  return calls
}

function timeOf(pass: Pass, calls: number): number {
  const start = performance.now()
  for (let i = 0; i < calls; i++) pass()
  return (performance.now() - start) / calls
}

function check(name: string, a: Float64Array, b: Float64Array): void {
  if (a.length !== b.length) throw new Error(`${name}: ${a.length} and ${b.length} results`)
  for (let i = 0; i < a.length; i++) {
    const isSame = Math.abs(a[i]! - b[i]!) <= 1e-9 * Math.max(1, Math.abs(a[i]!))
    if (!isSame) throw new Error(`${name}: result ${i} is ${a[i]} before and ${b[i]} after`)
  }
}
