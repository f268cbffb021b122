/** What ranks on other hosts see and say: environment, working folder, input, output. */

import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pathOf } from '../examples/list.ts'
import { program } from '../helpers/tsrun.ts'
import { missingForHosts } from './world/needs.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

describeWith(missingForHosts(), 'a rank on another host', () => {
  const hosts = useHosts(2)
  const args = (...more: string[]) => ['-n', '4', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, ...more]

  test('sees the variables that travel, and no other', async () => {
    const env = { HERE: 'stays', PASSED: 'a b=c', TSMPI_MINE: 'travels' }
    const names = ['HERE', 'PASSED', 'GIVEN', 'TSMPI_MINE']
    const options = args('-x', 'PASSED', '-x', "GIVEN=it's = $HOME", program('show-environment.ts'), ...names)
    const { code, stdout, stderr } = await hosts.tsrun(options, { env })
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    for (const line of lines) {
      const seen = { HERE: null, PASSED: 'a b=c', GIVEN: "it's = $HOME", TSMPI_MINE: 'travels' }
      expect(JSON.parse(line)).toEqual(seen)
    }
  })

  test('works in the folder of tsrun, or in that of --wdir', async () => {
    const folder = join(hosts.world.folder, "it's a folder")
    mkdirSync(folder)
    for (const wdir of [[], ['--wdir', folder]]) {
      const { code, stdout } = await hosts.tsrun(args(...wdir, program('show-place.ts')))
      expect(code).toBe(0)
      for (const line of stdout.trimEnd().split('\n')) {
        expect(JSON.parse(line)).toMatchObject({ cwd: wdir[1] ?? hosts.world.folder, size: '4' })
      }
    }
  })

  test('gets the input if it is rank 0, or the one of --stdin', async () => {
    const input = 'x'.repeat(3_000_001)
    for (const [rank, options] of [
      [0, []],
      [3, ['--stdin', '3']],
    ] as const) {
      const { code, stdout } = await hosts.tsrun(args(...options, program('count-input.ts')), { input })
      expect(code).toBe(0)
      const expected = [0, 1, 2, 3].map((r) => `rank ${r} read ${r === rank ? input.length : 0} bytes`)
      expect(stdout.trimEnd().split('\n').sort()).toEqual(expected)
    }
  })

  test('is named before its lines, with its host, if they are to be tagged', async () => {
    const { code, stdout } = await hosts.tsrun(args('--tag=wide', program('hello.ts')))
    expect(code).toBe(0)
    const tags = stdout.trimEnd().split('\n')
    expect(tags).toHaveLength(4)
    for (const [rank, host] of ['h1', 'h1', 'h2', 'h2'].entries()) {
      expect(stdout).toMatch(new RegExp(`^\\[${rank}@${host}:\\d+\\] `, 'm'))
    }
  })

  test.each(['short-lines.ts', 'lines-in-pieces.ts', 'long-lines.ts'])(
    'mixes its lines with nobody: %s',
    async (name) => {
      const there = await hosts.tsrun(args(program(name)))
      const here = await hosts.tsrun(['-n', '4', program(name)])
      expect([there.code, there.stderr]).toEqual([0, ''])
      const sorted = (text: string): string[] => text.split('\n').sort()
      expect(sorted(there.stdout).length).toBe(sorted(here.stdout).length)
      expect(sorted(there.stdout).every((line, i) => line === sorted(here.stdout)[i])).toBe(true)
    },
  )

  test('writes files of its output where tsrun is', async () => {
    const folder = join(hosts.world.folder, 'out')
    const { code, stdout } = await hosts.tsrun(args('--output-dir', folder, pathOf('01-hello.ts')))
    expect([code, stdout]).toEqual([0, ''])
    expect(readdirSync(folder)).toEqual(['rank-000.out'])
    expect(readFileSync(join(folder, 'rank-000.out'), 'utf8').trimEnd().split('\n')).toHaveLength(4)
  })
})
