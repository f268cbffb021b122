/** Collectives give the same on several hosts as on one, and where sums round, the same each time. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../helpers/tsrun.ts'
import { missingForHosts } from './world/needs.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

const PROGRAM = join(ROOT, 'test/hosts/programs/collectives.ts')

/** 4 ranks each: on how many hosts, in which order, and through what. */
const JOBS = {
  'one host': [],
  'one host, ZeroMQ': ['--transport', 'zmq'],
  '2 × 2': ['-H', 'h1:2,h2:2'],
  '2 × 2 in turns': ['-H', 'h1:2,h2:2', '--map-by', 'node'],
  '2 × 2, ZeroMQ': ['-H', 'h1:2,h2:2', '--transport', 'zmq'],
  '2 × 2, not encrypted': ['-H', 'h1:2,h2:2', '--plain'],
  '3 + 1': ['-H', 'h1:3,h2:1'],
  '4 × 1': ['-H', 'front,h1,h2,h3'],
} as const

const OUTPUT = /^checks: (?<checks>.+)\nexact: (?<exact>.+)\nrounded: (?<rounded>.+)\n$/

/** At least so many comparisons a rank. */
const CHECKS = 2500

interface Outcome {
  /** How much was compared, by rank. */
  readonly checks: string
  readonly exact: string
  readonly rounded: string
}

describeWith(missingForHosts(), 'collectives', () => {
  const hosts = useHosts(3)

  async function run(options: readonly string[], ...words: readonly string[]): Promise<Outcome> {
    const args = ['-n', '4', '--rsh', hosts.world.rsh, ...options, PROGRAM, ...words]
    const { code, stdout, stderr } = await hosts.tsrun(args)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return OUTPUT.exec(stdout)!.groups as unknown as Outcome
  }

  /** Every test is one job, since on a slow machine each takes its minute. */
  let onOneHost: Promise<Outcome> | undefined
  const reference = (): Promise<Outcome> => {
    onOneHost ??= run(['--reproducible', ...JOBS['one host']])
    return onOneHost
  }

  test('compare what they say they do', async () => {
    for (const count of (await reference()).checks.split(' ')) expect(Number(count)).toBeGreaterThan(CHECKS)
  })

  test.each(Object.keys(JOBS).slice(1) as (keyof typeof JOBS)[])(
    'give on %s the same answers as on one host; and, if asked to, the same last bits',
    async (name) => {
      const expected = await reference()
      expect(await run(['--reproducible', ...JOBS[name]])).toEqual(expected)
    },
  )

  test.each(['2 × 2', '2 × 2 in turns', '3 + 1'] as const)('repeat bit for bit on %s', async (name) => {
    const first = await run(JOBS[name], 'brief')
    expect(await run(JOBS[name], 'rounded')).toMatchObject({ rounded: first.rounded })
  })

  test('agree on 7 ranks on 3 hosts', async () => {
    const args = ['-n', '7', '--rsh', hosts.world.rsh, '-H', 'h1:1,h2:4,h3:2', PROGRAM, 'brief']
    const { code, stderr } = await hosts.tsrun(args)
    expect([code, stderr]).toEqual([0, ''])
  })
})
