/**
 * Runs the Parallel Research Kernels as a reader would: at 1 to 8 ranks, through shared memory and through ZeroMQ, with
 * wrong parameters, and with a slip in them, which each of them must notice.
 */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Result, ROOT, tsrun } from '../../helpers/tsrun.ts'
import { MATRIX } from '../matrix.ts'
import { KERNELS } from './kernels.ts'

const FOLDER = join(ROOT, 'examples/mpi/prk')
const HEADER = 'Parallel Research Kernels version 2.17, in TypeScript over tsmpi'

it('knows every kernel', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'))
  expect(Object.keys(KERNELS).sort()).toEqual(files.sort())
})

describe.each(Object.entries(KERNELS))('%s', (name, kernel) => {
  const legal = MATRIX.filter(([size]) => !kernel.wantsPowerOf2 || Number.isInteger(Math.log2(size)))

  it.each(legal)('validates at %i ranks, transport %s', async (size, transport) => {
    // One rank goes without parameters: it has some of its own.
    const words = size === 1 ? [] : kernel.words
    const { code, stdout, stderr } = await run(size, name, words, ['--transport', transport])
    expect(stderr).toBe('')
    const lines = linesOf({ stdout })
    expect(lines.slice(0, 2)).toEqual([HEADER, kernel.title])
    expect(lines[2]).toMatch(new RegExp(`^Number of ranks +=  *${size}$`))
    if (size === 2) expect(lines).toEqual(expect.arrayContaining([...kernel.tells]))
    expect(lines.at(-2)).toBe('Solution validates')
    expect(lines.at(-1)).toMatch(kernel.rate)
    expect(code).toBe(0)
  })

  it('says what its parameters are', async () => {
    const { code, stdout } = await run(2, name, ['--help'])
    expect(linesOf({ stdout })).toEqual([HEADER, kernel.title, ...kernel.usage.split('\n')])
    expect(code).toBe(0)
  })

  it('refuses wrong parameters', async () => {
    const [words, line] = kernel.refuses
    const usage = await run(1, name, ['7', 'x'])
    expect(linesOf(usage)).toEqual([HEADER, kernel.title, ...kernel.usage.split('\n')])
    expect(usage.code).toBe(1)
    const refused = await run(2, name, words)
    expect(linesOf(refused)).toEqual([HEADER, kernel.title, line])
    expect(refused.code).toBe(1)
  })

  it('notices a slip', async () => {
    const [file, from, to] = kernel.slip
    const spoiled = join(folder, name.replace('.ts', ''))
    cpSync(FOLDER, spoiled, { recursive: true })
    const text = readFileSync(join(spoiled, file), 'utf8')
    expect(text.split(from)).toHaveLength(2)
    writeFileSync(
      join(spoiled, file),
      text.replace(from, () => to),
    )
    const { code, stdout } = await tsrun(['-n', '2', join(spoiled, name), ...kernel.words])
    expect(stdout).toMatch(/^ERROR: /m)
    expect(stdout).not.toContain('Solution validates')
    expect(code).toBe(1)
  })
})

it.each([
  ['100 30000 0 3 SINUSOIDAL', 29997],
  ['200 100000 3 7 LINEAR 1.0 3.0', 99891],
  ['198 5000 20 1 PATCH 0 20 0 20', 4980],
])('pic places particles as the original does: %s', async (words, placed) => {
  const { code, stdout } = await run(6, 'pic.ts', ['50', ...words.split(' ')])
  expect(linesOf({ stdout })).toContain(`Number of particles placed         = ${placed}`)
  expect(linesOf({ stdout }).at(-2)).toBe('Solution validates')
  expect(code).toBe(0)
})

it('refuses a rank count that cannot share the work', async () => {
  const { code, stdout } = await run(3, 'random.ts', ['4', '12'])
  expect(stdout).toContain('ERROR: Invalid number of ranks: 3, must be a power of 2\n')
  expect(code).toBe(1)
})

function run(
  size: number,
  name: string,
  words: readonly string[],
  options: readonly string[] = [],
): Promise<Result> {
  return tsrun(['-n', String(size), ...options, join(FOLDER, name), ...words])
}

/** What a kernel printed, without the blanks at ends of lines that some originals have. */
function linesOf({ stdout }: Pick<Result, 'stdout'>): string[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd())
}

/** Where kernels with a slip are: as in a project that has tsmpi installed. */
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsmpi-prk-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/tsmpi'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))
