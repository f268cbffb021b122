/**
 * Runs the Parallel Research Kernels as a reader would: at 1 to 8 ranks, over ZeroMQ, with wrong parameters, and with
 * a slip in them, which each of them must notice.
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
import { KERNELS } from './kernels.ts'

const FOLDER = join(ROOT, 'examples/mpi/prk')
const HEADER = 'Parallel Research Kernels version 2.17, in TypeScript over tsmpi'

it('knows every kernel', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'))
  expect(Object.keys(KERNELS).sort()).toEqual(files.sort())
})

describe.each(Object.entries(KERNELS))('%s', (name, kernel) => {
  it('validates at 1, 2 and 4 ranks', async () => {
    // One rank goes without parameters: it has some of its own.
    await validates(1, [])
    const told = await validates(2, kernel.words)
    expect(told).toEqual(expect.arrayContaining([...kernel.tells]))
    await validates(4, kernel.words)
  })

  it('validates at 3 and 8 ranks, and over ZeroMQ', async () => {
    const odd = kernel.wantsPowerOf2 ? 2 : 3
    if (odd === 3) await validates(3, kernel.words)
    await validates(8, kernel.words)
    await validates(odd, kernel.words, ['--transport', 'zmq'])
  })

  it('refuses wrong parameters', async () => {
    const [words, line] = kernel.refuses
    const usage = await run(1, name, ['7', 'x'])
    expect(linesOf(usage)).toEqual([HEADER, kernel.title, kernel.usage])
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

  async function validates(
    size: number,
    words: readonly string[],
    options: readonly string[] = [],
  ): Promise<string[]> {
    const { code, stdout, stderr } = await run(size, name, words, options)
    const where = `${name} at ${size} ranks ${options.join(' ')}`
    expect(stderr, where).toBe('')
    const lines = linesOf({ stdout })
    expect(lines.slice(0, 2), where).toEqual([HEADER, kernel.title])
    expect(lines[2], where).toMatch(new RegExp(`^Number of ranks +=  *${size}$`))
    expect(lines.at(-2), where).toBe('Solution validates')
    expect(lines.at(-1), where).toMatch(kernel.rate)
    expect(code, where).toBe(0)
    return lines
  }
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
