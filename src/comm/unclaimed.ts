/** Messages that came and that nobody ever received: found when a rank finishes. */

import type { MpiError } from '../errors.ts'
import { typeName } from '../wire/datatype.ts'
import { callOf, neverMade } from './collective-mismatch.ts'
import type { RankState } from './core.ts'
import type { Messenger } from './messenger.ts'

/** One line per communicator, sender, tag and type of what was sent point to point and never received. */
export function unclaimedWarnings(messenger: Messenger): string[] {
  const counts = new Map<string, number>()
  for (const { context, arrivals } of messenger.unclaimed()) {
    if (context.collective) continue
    for (const { frame } of arrivals) {
      const key = `from rank ${frame.source} with tag ${frame.tag}, ${typeName(frame.type)}, ${context.where}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  const arrived = [...counts].map(
    ([key, n]) => `${n === 1 ? 'a message was' : `${n} messages were`} never received: ${key}`,
  )
  // Such a rank had ended its process without waiting for the others, so it cannot report them itself.
  const departed = messenger.untaken().map(([rank, n]) => {
    const what = n === 1 ? 'a message' : `up to ${n} messages`
    return `${what} to rank ${rank} of the job may never have been received: its process had ended`
  })
  return [...arrived, ...departed]
}

/** One error per communicator on which others made collective calls that this rank never made. */
export function unclaimedCalls(messenger: Messenger): MpiError[] {
  return messenger
    .unclaimed()
    .filter(({ context }) => context.collective)
    .map(({ context, arrivals }) => neverMade(context, callOf(arrivals[0]!.frame)))
}

/** One error per communicator with a board on which this rank has not made the calls that others have. */
export function unequalCalls({ cores, unequal }: RankState): MpiError[] {
  return [...unequal, ...[...cores].flatMap((core) => core.unequalCalls() ?? [])]
}
