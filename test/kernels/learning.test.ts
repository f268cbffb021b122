/**
 * Runs every kernel as a reader would, at 1 to 8 ranks, through shared memory and through ZeroMQ, and once more with a
 * slip in it: a kernel that does not notice that its own answer is wrong asserts nothing.
 */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, tsrun } from '../helpers/tsrun.ts'
import { KERNEL_ANSWERS, KERNEL_FOLDER, KERNELS, kernelPath, kernelText } from './learning.ts'
import { MATRIX } from './matrix.ts'

const HEADER =
  /^\/\*\*\n(?<shows>(?: \* .+\n)+) \*\n \* Teaches: (?<teaches>.+)\n \* Picture: (?<picture>.+)\n \* Run: (?<run>.+)\n \*\/\n\n/

it('knows the answer of every kernel', () => {
  expect(Object.keys(KERNEL_ANSWERS)).toEqual(KERNELS)
})

describe.each(KERNELS)('%s', (name) => {
  const { line, slip } = KERNEL_ANSWERS[name]!
  const text = kernelText(name)
  const header = HEADER.exec(text)

  it('says in its head what it shows, what it draws and how to run it', () => {
    expect(header?.groups).toBeDefined()
    expect(header!.groups!.run).toMatch(new RegExp(`^npx tsrun -n \\d+ ${KERNEL_FOLDER}/${name}( \\[|$)`))
    expect(header!.groups!.run!.includes('--png')).toBe(text.includes('picture.write'))
  })

  it('uses what it teaches', () => {
    const body = text.slice(header![0].length)
    for (const item of header!.groups!.teaches!.split(', '))
      expect(body).toMatch(new RegExp(`\\b${item.split(' ')[0]!.replace(/^a$/, 'const')}\\b`))
  })

  it.each(MATRIX)('gives its answer at %i ranks, transport %s', async (size, transport) => {
    const { code, stdout, stderr } = await tsrun([
      '-n',
      String(size),
      '--transport',
      transport,
      kernelPath(name),
    ])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    if (typeof line === 'string') expect(stdout).toBe(`${line}\n`)
    else expect(stdout.replace(/\n$/, '')).toMatch(line)
  })

  it('ends badly with a slip in it', async () => {
    expect(text.split(slip[0])).toHaveLength(2)
    const spoiled = join(folder, name)
    writeFileSync(
      spoiled,
      text.replace(slip[0], () => slip[1]),
    )
    for (const size of [1, 3]) {
      const { code, stderr } = await tsrun(['-n', String(size), spoiled])
      expect(stderr).toContain('AssertionError')
      expect(code).toBe(1)
    }
  })
})

it('a picture is written only where one is asked for', async () => {
  const file = join(folder, 'm.png')
  const run = (...args: string[]) =>
    tsrun(['-n', '2', '--wdir', folder, kernelPath('mandelbrot.ts'), ...args])
  expect((await run()).code).toBe(0)
  expect(existsSync(join(folder, 'mandelbrot.png'))).toBe(false)
  expect((await run('--png', 'm.png')).code).toBe(0)
  const picture = decode(readFileSync(file))
  expect([picture.width, picture.height, picture.channels]).toEqual([360, 240, 3])
  // A point within the set is dark, the far corner is not part of it.
  expect([...picture.data.slice(3 * (120 * 360 + 240), 3 * (120 * 360 + 240) + 3)]).toEqual([4, 6, 30])
  expect([...picture.data.slice(0, 3)]).not.toEqual([4, 6, 30])
})

/** Where kernels with a slip are: as in a project that has tsmpi installed. */
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsmpi-kernels-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/tsmpi'))
  for (const shared of ['data', 'picture.ts'])
    symlinkSync(join(ROOT, KERNEL_FOLDER, shared), join(folder, shared))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))
