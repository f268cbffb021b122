/** Every ported kernel, and every neighbour collective, is right on two hosts of two ranks each. */

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mpiProgram, ROOT } from '../helpers/tsrun.ts'
import { KERNEL_ANSWERS, kernelPath, KERNELS as LEARNING } from '../kernels/learning.ts'
import { KERNELS as PRK } from '../kernels/prk/kernels.ts'
import { missingForHosts } from './world/needs.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

describeWith(missingForHosts(), 'kernels', () => {
  const hosts = useHosts(2)

  // Ranks 0 and 1 on one host, then ranks 0 and 2: neighbours in a row and in a column of a grid part company.
  describe.each(['slot', 'node'])('on two hosts by %s', (mapBy) => {
    test.each(['ep', 'is', 'cg', 'mg', 'ft'])('NPB %s is verified', async (name) => {
      const said = await right(join(ROOT, `examples/mpi/npb/${name}.ts`), '--class', 'S')
      expect(said).toMatch(/^ Verification {4}= +SUCCESSFUL$/m)
      expect(said).toMatch(/^ Total processes += +4$/m)
    })

    test.each(Object.entries(PRK))('PRK %s validates', async (name, { words, rate }) => {
      const lines = (await right(join(ROOT, 'examples/mpi/prk', name), ...words)).trimEnd().split('\n')
      expect(lines.at(-2)).toBe('Solution validates')
      expect(lines.at(-1)).toMatch(rate)
    })

    test.each(LEARNING)('%s gives its answer', async (name) => {
      const { line } = KERNEL_ANSWERS[name]!
      const said = await right(kernelPath(name))
      if (typeof line === 'string') expect(said).toBe(`${line}\n`)
      else expect(said.trimEnd()).toMatch(line)
    })

    test('neighbours exchange what they should', async () => {
      expect(await right(mpiProgram('neighbors-of-grids.ts'), '0', '1', '7', '50000')).toBe('all agree\n')
    })

    /** What a program prints that ends well. */
    async function right(...words: string[]): Promise<string> {
      const placed = ['-n', '4', '-H', 'h1:2,h2:2', '--map-by', mapBy, '--rsh', hosts.world.rsh]
      const { code, stdout, stderr } = await hosts.tsrun([...placed, ...words])
      expect(stderr).toBe('')
      expect(code, stdout).toBe(0)
      return stdout
    }
  })
})
