/**
 * Runs the NAS Parallel Benchmarks, class S, at numbers of ranks that are and are not powers of two: each compares its
 * own answer with the official one. With a slip in it, it must say so.
 */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Result, ROOT, tsrun } from '../../helpers/tsrun.ts'
import { MATRIX } from '../matrix.ts'

const FOLDER = join(ROOT, 'examples/mpi/npb')

interface Benchmark {
  readonly size: string
  readonly iterations: number
  /** In a file, the first text replaced by the second makes the answer wrong at two ranks. */
  readonly slip: readonly [file: string, text: string, slip: string]
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  EP: {
    size: '33554432',
    iterations: 0,
    slip: ['ep.ts', '271_828_183', '271_828_187'],
  },
  IS: {
    size: '65536',
    iterations: 10,
    slip: ['is.ts', 'jump(SEED, 4 * first)', 'jump(SEED, 3 * first)'],
  },
  CG: {
    size: '1400',
    iterations: 15,
    slip: ['cg/matrix.ts', '314_159_265', '314_159_269'],
  },
  MG: {
    size: '32x  32x  32',
    iterations: 4,
    slip: ['mg/level.ts', 'comm.send(at(1), below', 'comm.send(at(2), below'],
  },
  FT: {
    size: '64x  64x  64',
    iterations: 6,
    slip: ['ft/evolve.ts', '.slice(firstY, endY)', '.slice(0, endY - firstY)'],
  },
}

describe.each(Object.entries(BENCHMARKS))('%s', (name, { size, iterations, slip }) => {
  const script = `${name.toLowerCase()}.ts`

  it.each(MATRIX)('is verified at %i ranks, transport %s', async (ranks, transport) => {
    const args = ['-n', String(ranks), '--transport', transport, join(FOLDER, script), '--class', 's']
    const { code, stdout, stderr } = await tsrun(args)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain(`\n NAS Parallel Benchmarks 3.4 -- ${name} Benchmark\n`)
    expect(stdout).toContain(`\n ${name} Benchmark Completed.\n`)
    const lines = closing(stdout)
    expect(Object.fromEntries(lines)).toMatchObject({
      Class: 'S',
      Size: size,
      Iterations: String(iterations),
      'Total processes': String(ranks),
      Verification: 'SUCCESSFUL',
      Version: '3.4',
    })
    expect([...lines.keys()]).toEqual([
      'Class',
      'Size',
      'Iterations',
      'Time in seconds',
      'Total processes',
      'Mop/s total',
      'Mop/s/process',
      'Operation type',
      'Verification',
      'Version',
      'Run by',
    ])
    expect(Number(lines.get('Mop/s total'))).toBeGreaterThan(0)
  })

  it('is not with a slip in it', async () => {
    const [file, text, wrong] = slip
    const spoiled = join(folder, name)
    cpSync(FOLDER, spoiled, { recursive: true })
    const whole = readFileSync(join(FOLDER, file), 'utf8')
    expect(whole.split(text)).toHaveLength(2)
    writeFileSync(
      join(spoiled, file),
      whole.replace(text, () => wrong),
    )
    const { code, stdout } = await tsrun(['-n', '2', join(spoiled, script)])
    expect(closing(stdout).get('Verification')).toBe('UNSUCCESSFUL')
    expect(code).toBe(1)
  })
})

it('says which classes there are, and ends with exit code 2', async () => {
  const { code, stdout, stderr }: Result = await tsrun(['-n', '3', join(FOLDER, 'cg.ts'), '--class', 'Z'])
  expect(stderr).toContain('there is no class Z; give --class S|W|A|B\n')
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

/** The closing lines by name. */
function closing(stdout: string): Map<string, string> {
  const lines = stdout.slice(stdout.indexOf('Benchmark Completed.')).split('\n')
  return new Map(
    lines
      .filter((line) => line.includes(' = '))
      .map((line) => line.split(' = ').map(trim) as [string, string]),
  )
}

function trim(text: string): string {
  return text.trim()
}

/** Where benchmarks with a slip are: as in a project that has tsmpi installed. */
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsmpi-npb-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/tsmpi'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))
