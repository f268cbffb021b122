/**
 * Runs every example as a reader would, at 1 to 4 ranks, and once more with a slip in it: an example that
 * does not notice that its own answer is wrong asserts nothing.
 */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Result, ROOT, tsrun } from '../helpers/tsrun.ts'
import { ANSWERS } from './answers.ts'
import { EXAMPLES, FOLDER, pathOf, textOf } from './list.ts'

it('knows the answer of every example', () => {
  expect(Object.keys(ANSWERS)).toEqual(EXAMPLES)
})

describe.each(EXAMPLES)('%s', (name) => {
  const { lines, slip } = ANSWERS[name]!

  it('gives its answer at 1, 2, 3 and 4 ranks', async () => {
    // Two jobs at a time, five processes.
    await Promise.all([check(1), check(4)])
    await Promise.all([check(2), check(3)])
  })

  it('ends badly with a slip in it', async () => {
    const text = textOf(name)
    expect(text.split(slip[0])).toHaveLength(2)
    const spoiled = join(folder, name)
    writeFileSync(
      spoiled,
      text.replace(slip[0], () => slip[1]),
    )
    const results = await Promise.all([run(1, spoiled), run(3, spoiled)])
    for (const { code, stderr } of results) {
      expect(stderr).toContain('AssertionError')
      expect(code).toBe(1)
    }
  })

  async function check(size: number): Promise<void> {
    const { code, stdout, stderr } = await run(size, pathOf(name))
    const where = `${name} at ${size} ranks`
    expect(stderr, where).toBe('')
    expect(code, where).toBe(0)
    const printed = stdout.trimEnd().split('\n')
    const expected = lines(size)
    expect(printed, where).toHaveLength(expected.length)
    for (const [i, line] of expected.entries()) {
      if (typeof line === 'string') expect(printed[i], where).toBe(line)
      else expect(printed[i], where).toMatch(line)
    }
  }
})

it('sends the token round eight ranks', async () => {
  const { code, stdout } = await run(8, pathOf('02-ring.ts'))
  expect(stdout).toBe('after 3 laps in a ring of 8 the token is 84\n')
  expect(code).toBe(0)
})

it('makes a grid of two rows and three columns of six ranks', async () => {
  const { code, stdout } = await run(6, pathOf('13-row-and-column.ts'))
  expect(stdout).toBe('grid of 2 × 3: row sums 3 + 33 = 36\n')
  expect(code).toBe(0)
})

function run(size: number, script: string): Promise<Result> {
  return tsrun(['-n', String(size), script])
}

/** Where examples with a slip are: as in a project that has tsmpi installed. */
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsmpi-examples-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/tsmpi'))
  symlinkSync(join(ROOT, FOLDER, 'data'), join(folder, 'data'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))
