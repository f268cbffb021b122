/** Looking at messages before receiving them (MPI-4.1 §3.8). */

import { checkOptions } from '../check-options.ts'
import { ANY_TAG, checkRecvTag, checkSource, type Source, type Tag } from './arguments.ts'
import { resultOf } from './callers-stack.ts'
import type { ArrivedMessage } from './context.ts'
import { ProbeOperation } from './operations.ts'
import { checkPatience } from './patience.ts'
import type { PatienceOptions, PointToPoint, RecvOptions } from './point-to-point.ts'
import { NO_MESSAGE, type Status, statusOf } from './status.ts'

export interface ProbeOptions extends PatienceOptions {
  /** ANY_TAG if left away. */
  readonly tag?: Tag
}

/** A message taken out of the queue by mprobe: nobody else can receive it any more. Receive it once. */
export interface MatchedMessage {
  readonly status: Status
  /**
   * Receives the message; `into`, `as` and `status` as in `recv`.
   * @see MPI-4.1 §3.8.3, MPI_Mrecv
   */
  recv<T = unknown>(options?: Pick<RecvOptions, 'into' | 'as' | 'status'>): Promise<T>
}

/** Waits for a message and describes it, without receiving it. */
export function probe(p2p: PointToPoint, source: Source, options: ProbeOptions = {}): Promise<Status> {
  return post(p2p, 'probe', source, options, false, (arrival) => statusOf(arrival.frame), NO_MESSAGE)
}

/** Describes a message that is already there; null if none is. */
export async function iprobe(
  p2p: PointToPoint,
  source: Source,
  options: { readonly tag?: Tag } = {},
): Promise<Status | null> {
  const wanted = check(p2p, 'iprobe', source, options)
  if (wanted.source === null) return NO_MESSAGE
  await letIn(p2p, wanted.source, wanted.tag)
  const arrival = p2p.context.queue.peek(wanted.source, wanted.tag)
  return arrival === null ? null : statusOf(arrival.frame)
}

/** Waits for a message and takes it out of the queue, to be received through the handle. */
export function mprobe(
  p2p: PointToPoint,
  source: Source,
  options: ProbeOptions = {},
): Promise<MatchedMessage> {
  return post(p2p, 'mprobe', source, options, true, (arrival) => matched(p2p, arrival), NOBODY)
}

/** Takes a message that is already there out of the queue; null if none is. */
export async function improbe(
  p2p: PointToPoint,
  source: Source,
  options: { readonly tag?: Tag } = {},
): Promise<MatchedMessage | null> {
  const wanted = check(p2p, 'improbe', source, options)
  if (wanted.source === null) return NOBODY
  await letIn(p2p, wanted.source, wanted.tag)
  const arrival = p2p.messenger.claim(p2p.context, wanted.source, wanted.tag)
  return arrival === null ? null : matched(p2p, arrival)
}

const NOBODY: MatchedMessage = {
  status: NO_MESSAGE,
  recv: <T>(options: RecvOptions = {}) =>
    Promise.resolve((options.status ? { value: options.into, status: NO_MESSAGE } : options.into) as T),
}

function matched(p2p: PointToPoint, arrival: ArrivedMessage): MatchedMessage {
  return {
    status: statusOf(arrival.frame),
    recv: <T>(options: RecvOptions = {}) => p2p.recvArrived(arrival, options) as Promise<T>,
  }
}

/** Delivers what has come in if such a message is not here yet. Throws if the communicator is unusable. */
async function letIn(p2p: PointToPoint, source: number, tag: number): Promise<void> {
  refuseIfBroken(p2p)
  if (p2p.context.queue.peek(source, tag) !== null) return
  await p2p.messenger.progress()
  refuseIfBroken(p2p)
}

function refuseIfBroken({ context: { owner } }: PointToPoint): void {
  if (owner.broken === null) return
  owner.brokenSeen()
  throw owner.broken
}

function check(
  p2p: PointToPoint,
  name: string,
  source: Source,
  options: { readonly tag?: Tag },
): { source: number | null; tag: number } {
  const where = `${name} ${p2p.context.where}`
  checkOptions(options, name.startsWith('i') ? ['tag'] : ['tag', 'signal', 'timeout'], where)
  return {
    source: checkSource(source, p2p.context.owner.ranks.length, where),
    tag: checkRecvTag(options.tag === undefined ? ANY_TAG : options.tag, where),
  }
}

function post<T>(
  p2p: PointToPoint,
  name: string,
  source: Source,
  options: ProbeOptions,
  takes: boolean,
  result: (arrival: ArrivedMessage) => T,
  nothing: T,
): Promise<T> {
  try {
    const wanted = check(p2p, name, source, options)
    checkPatience(options, `${name} ${p2p.context.where}`)
    if (wanted.source === null) return Promise.resolve(nothing)
    const operation = new ProbeOperation<T>(name, p2p.context, wanted.source, wanted.tag, takes, result)
    p2p.messenger.probe(operation)
    p2p.limitPatience(operation, options)
    return resultOf(operation)
  } catch (error) {
    return Promise.reject(error)
  }
}
