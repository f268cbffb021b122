/** Every example gives on several hosts what it gives on one. */

import { describe, expect, test } from 'vitest'
import { ANSWERS } from '../examples/answers.ts'
import { EXAMPLES, pathOf } from '../examples/list.ts'
import { missingForHosts } from './world/needs.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

describeWith(missingForHosts(), 'examples', () => {
  const hosts = useHosts(2)

  describe.each([
    ['h1:2,h2:2', 'slot'],
    ['h1:2,h2:2', 'node'],
    ['front:1,h1:1,h2:2', 'slot'],
  ])('on %s by %s', (list, mapBy) => {
    test.each(EXAMPLES)('%s', async (name) => {
      const args = ['-n', '4', '-H', list, '--map-by', mapBy, '--rsh', hosts.world.rsh, pathOf(name)]
      const { code, stdout, stderr } = await hosts.tsrun(args)
      expect(stderr).toBe('')
      expect(code).toBe(0)
      const printed = stdout.trimEnd().split('\n')
      const expected = ANSWERS[name]!.lines(4)
      expect(printed).toHaveLength(expected.length)
      for (const [i, line] of expected.entries()) expect(printed[i]).toEqual(stringMatching(line))
    })
  })

  test('hello says which host each rank is on', async () => {
    const args = ['-n', '4', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, pathOf('01-hello.ts')]
    expect((await hosts.tsrun(args)).stdout).toBe(
      ['h1', 'h1', 'h2', 'h2'].map((host, rank) => `Hello from rank ${rank} of 4 on ${host}\n`).join(''),
    )
  })
})

function stringMatching(line: string | RegExp): unknown {
  return typeof line === 'string' ? line : expect.stringMatching(line)
}
