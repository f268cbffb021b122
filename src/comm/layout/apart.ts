/** Input and result of a collective call, of which one or both are strided: neither the same memory, unless in place. */

import { BufferError, type Where } from '../../errors.ts'
import { isRaw } from '../../wire/datatype.ts'
import type { Layout } from '../../wire/layout/layout.ts'
import { layoutOf } from '../../wire/layout/nd-view.ts'
import { isPart, overlap, wholeOf } from '../../wire/layout/overlap.ts'
import type { Form } from './form.ts'
import { isLaidOut } from './is-laid-out.ts'

/** Throws if input and result share memory other than in place. */
export function checkApart(value: unknown, into: unknown, form: Form, where: Where): void {
  const input = regionOf(value, 'value', where)
  const output = regionOf(into, 'into', where)
  if (input === null || output === null) return
  const start = form.sharedFrom(input.count, output.count)
  // In place, as most are that share memory: no need to look at every element.
  if (value === into && start === 0) return
  if (!overlap(input, output)) return
  const [part, whole] = input.count < output.count ? [input, output] : [output, input]
  if (isPart(part, whole, start)) return
  throw new BufferError(
    `${where}: into overlaps the input; give separate memory` +
      (start < 0 ? '' : `, or ${part.count === whole.count ? 'the input itself' : OWN_BLOCK}`),
  )
}

const OWN_BLOCK = "let one of them be this rank's own block of the other"

function regionOf(what: unknown, name: string, where: Where): Layout | null {
  if (isRaw(what)) return wholeOf(what)
  return isLaidOut(what) ? layoutOf(what, name, where) : null
}
