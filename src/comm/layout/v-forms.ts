/** The v forms with layouts and ndarray-likes as data. Counts and displs are in elements of the layout, in its order. */

import { TypeMismatchError } from '../../errors.ts'
import { isRaw, type Raw } from '../../wire/datatype.ts'
import type { Strided } from '../../wire/layout/nd-view.ts'
import { where } from '../collective/check.ts'
import type { Scope } from '../collective/endpoint.ts'
import type { CallName } from '../collective/signature.ts'
import type { ReceivedBlocks, VBlocks, VInto } from '../collective/types.ts'
import { checkApart } from './apart.ts'
import { callPacked, needsPacking, type Run, type WithInto } from './collective.ts'
import { cutting, type Form, ownDispl, sameLength } from './form.ts'
import { isLaidOut } from './is-laid-out.ts'
import { packed, Target } from './target.ts'

/** Whether a v form with these arguments has to be packed. */
export function needsPackingV(value: unknown, options: WithInto | undefined): boolean {
  return needsPacking(value, options) || isLaidOut(dataOf(value)) || isLaidOut(dataOf(options?.into))
}

/** A scatterv whose data or `into` is strided. */
export function scattervPacked(
  scope: Scope,
  blocks: VBlocks<Raw | Strided> | null | undefined,
  options: WithInto | undefined,
  run: Run,
): Promise<unknown> {
  // Without counts it is refused by the call.
  if (isLaidOut(blocks)) return callPacked(scope, 'scatterv', blocks, options, sameLength, run)
  const data = dataOf(blocks)
  const isBlocks = isRaw(data) || isLaidOut(data)
  const form = isBlocks && blocks?.counts ? cutting(scope, blocks.counts, blocks.displs) : sameLength
  return callPacked(scope, 'scatterv', isBlocks ? data : undefined, options, form, (input, o) =>
    run(isBlocks ? { ...blocks, data: input } : blocks, o),
  )
}

/** Makes another v form whose `value`, or the data of it or of `into`, is strided. */
export function callPackedV(
  scope: Scope,
  call: CallName,
  value: unknown,
  options: WithInto | undefined,
  run: Run,
): Promise<unknown> {
  try {
    const site = where(scope, call)
    const into = options?.into as VInto | undefined
    if (isLaidOut(into)) {
      throw new TypeMismatchError(
        `${site}: into is strided itself; give { data, counts?, displs? } with it as data`,
      )
    }
    const room = dataOf(into)
    const data = dataOf(value)
    const isInData = !isLaidOut(value) && (isRaw(data) || isLaidOut(data))
    const given = isInData ? data : value
    const target = isLaidOut(room) ? new Target(room, 'into.data', site) : null
    checkApart(given, room, formOf(scope, call, into), site)
    const input = isInData ? { ...(value as object), data: packed(data, site) } : packed(value, site)
    if (target === null) return run(input, options)
    return delivered(run(input, { ...options, into: { ...into, data: target.array } }), target)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Which memory input and result may share. */
function formOf({ rank }: Scope, call: CallName, into: VInto | undefined): Form {
  const start = () => ownDispl(rank, into?.counts, into?.displs)
  if (call === 'alltoallv') return sameLength
  return { resultLength: () => Number.NaN, sharedFrom: call.startsWith('neighbor') ? () => -1 : start }
}

async function delivered(result: Promise<unknown>, target: Target): Promise<unknown> {
  const blocks = await result
  if (dataOf(blocks) !== target.array) return blocks
  const { counts, displs } = blocks as ReceivedBlocks
  for (const [i, count] of counts.entries()) {
    if (count > 0) target.deliver(displs[i]!, displs[i]! + count)
  }
  return { data: target.given, counts, displs }
}

function dataOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
    ? (value as { data?: unknown }).data
    : undefined
}
