/** A firewall between two hosts that lets connections through in one direction only: who is told what of it. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../helpers/tsrun.ts'
import { dropIncoming } from './world/firewall.ts'
import { missingForHosts } from './world/needs.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

const ONE_MESSAGE = join(ROOT, 'test/hosts/programs/one-message.ts')
const PORTS = '20000-20009'

describeWith(missingForHosts(), 'a firewall that lets nobody in', () => {
  const hosts = useHosts(2, 'each')

  /** Rank 0, on h1, sends the first message, or rank 1, on h2. */
  test.each([
    ['h1', 0],
    ['h1', 1],
    ['h2', 0],
  ] as const)('to %s, and rank %i speaks first', async (closed, first) => {
    const [h1, h2] = hosts.world.hosts
    const [inside, outside] = closed === 'h1' ? [h1!, h2!] : [h2!, h1!]
    dropIncoming(inside, outside.address, PORTS)
    const args = ['-n', '2', '-H', 'h1,h2', '--rsh', hosts.world.rsh, '--port-range', PORTS]
    const { code, stdout, stderr } = await hosts.tsrun([...args, ONE_MESSAGE, `${first}`])
    expect([code, stdout]).toEqual([1, ''])
    const rankOf = (host: typeof inside): number => (host === h1 ? 0 : 1)
    expect(stderr).toMatch(
      new RegExp(
        `rank ${rankOf(inside)} \\(host ${inside.name}, ${inside.address}:2000\\d\\) does not answer at .* within 10 s ` +
          `\\(asked by rank ${rankOf(outside)} on host ${outside.name}, .*${outside.address}:2000\\d\\)`,
      ),
    )
    expect(stderr).toMatch(/firewall .*--port-range.*--iface/)
  })
})
