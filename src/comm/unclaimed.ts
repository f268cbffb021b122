/** Messages that came and that nobody ever received: found when a rank finishes. */

import { typeName } from '../wire/datatype.ts'
import type { Messenger } from './messenger.ts'

/** One line per communicator, sender, tag and type of what was never received. */
export function unclaimedWarnings(messenger: Messenger): string[] {
  const counts = new Map<string, number>()
  for (const { context, arrivals } of messenger.unclaimed()) {
    for (const { frame } of arrivals) {
      const what = context.collective ? 'of a collective' : `with tag ${frame.tag}, ${typeName(frame.type)}`
      const key = `from rank ${frame.source} ${what}, ${context.where}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return [...counts].map(
    ([key, n]) => `${n === 1 ? 'a message was' : `${n} messages were`} never received: ${key}`,
  )
}
