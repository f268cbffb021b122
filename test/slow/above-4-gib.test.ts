/** Lengths beyond what one Uint8Array can have. Takes some 14 GiB of memory. */

import { expect, test } from 'vitest'
import { mpiProgram, tsrun } from '../helpers/tsrun.ts'

test('an array above 4 GiB is sent, broadcast and sent to oneself', async () => {
  const { code, stdout, stderr } = await tsrun(['-n', '2', mpiProgram('array-above-4-gib.ts')])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout.match(/has all 536871913 elements/g)?.length).toBe(2)
})
