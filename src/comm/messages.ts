/** Messages as an async iterator, for the loop of a server or master. */

import { checkOptions } from '../check-options.ts'
import { RankFailedError } from '../errors.ts'
import { ANY_SOURCE, type Source } from './arguments.ts'
import type { PointToPoint, RecvOptions } from './point-to-point.ts'
import type { Status } from './status.ts'

export interface MessagesOptions extends Omit<RecvOptions, 'status' | 'into'> {
  /** Whom to receive from; ANY_SOURCE if left away. */
  readonly source?: Source
}

/** A message with who sent it. */
export interface ReceivedMessage<T> {
  readonly value: T
  readonly status: Status
}

const MESSAGES_OPTIONS = ['source', 'tag', 'as', 'signal', 'timeout']

/**
 * Receives one message after the other. The loop ends when every rank that could send has finished; a
 * rank that failed is an error instead.
 */
export async function* messages<T>(
  p2p: PointToPoint,
  options: MessagesOptions = {},
): AsyncGenerator<ReceivedMessage<T>, void, void> {
  checkOptions(options, MESSAGES_OPTIONS, `messages ${p2p.context.where}`)
  const { source: given, ...rest } = options
  const source = 'source' in options ? (given as Source) : ANY_SOURCE
  if (source === null) return
  for (;;) {
    let received: ReceivedMessage<T>
    try {
      received = (await p2p.recv(1, source, { ...rest, status: true })) as ReceivedMessage<T>
    } catch (error) {
      const { peers } = p2p.messenger
      if (error instanceof RankFailedError && !peers.anyLost && p2p.context.owner.broken === null) return
      throw error
    }
    yield received
  }
}
