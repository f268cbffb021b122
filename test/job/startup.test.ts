/** What a rank has loaded when its script runs. Start-up costs every rank of every job. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mpiProgram, ROOT, tsrun } from '../helpers/tsrun.ts'

test('typed arrays within a host need neither zeromq nor msgpackr', async () => {
  const { code, stdout, stderr } = await tsrun(['-n', '3', mpiProgram('loaded-by-typed-arrays.ts')])
  expect(stderr).toBe('')
  for (const line of stdout.trimEnd().split('\n')) expect(line).toMatch(/^(@koromix\/\S+ )?koffi$/)
  expect(code).toBe(0)
})

test('through ZeroMQ they need no shared memory', async () => {
  const { stdout } = await tsrun(['-n', '2', '--transport', 'zmq', mpiProgram('loaded-by-typed-arrays.ts')])
  for (const line of stdout.trimEnd().split('\n')) {
    expect(line).toContain('zeromq')
    expect(line).not.toMatch(/koffi|msgpackr/)
  }
})

test('there is one world, however it is imported, and one of each class', async () => {
  const { code, stdout, stderr } = await tsrun(['-n', '2', mpiProgram('two-imports-one-world.ts')])
  expect(stderr).toBe('')
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(': ')[1]),
  ).toEqual(Array(5).fill('yes'))
  expect(code).toBe(0)
})

test('a program of ours is a few files, each of which a rank would have to find, read and link', () => {
  const files = readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' })
  expect(files.filter((file) => file.endsWith('.js')).length).toBeLessThan(12)
})
