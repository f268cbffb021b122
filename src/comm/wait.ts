/** Waiting for several requests (MPI-4.1 §3.7.5). */

import type { Request, WaitableRequest } from './request.ts'
import type { Status } from './status.ts'

/** One request that is over: where it stood in the list, and what came of it. */
export interface Completion<T> {
  readonly index: number
  readonly value: T
  /** Of a receive. */
  readonly status: Status | undefined
}

/**
 * Waits for all requests; resolves to their values in order. Promises may stand among them.
 * Rejects with the first failure.
 * @see MPI-4.1 §3.7.5, MPI_Waitall
 */
export function waitAll<const R extends readonly PromiseLike<unknown>[]>(
  requests: R,
): Promise<{ -readonly [K in keyof R]: Awaited<R[K]> }> {
  return Promise.all(requests) as Promise<{ -readonly [K in keyof R]: Awaited<R[K]> }>
}

/**
 * Waits until one request is over that nobody has waited for yet, and delivers it: the same list can be
 * given again until the answer is null, which means that all have been delivered.
 * Rejects with the failure of the request, if that is how it ended; the request counts as delivered.
 * @see MPI-4.1 §3.7.5, MPI_Waitany
 */
export async function waitAny<T>(requests: readonly Request<T>[]): Promise<Completion<T> | null> {
  const index = await firstDone(requests)
  return index === null ? null : deliver(requests, index)
}

/**
 * Waits until at least one request is over that nobody has waited for yet; resolves to all that are, in
 * list order; null if all have been delivered. Rejects with the first failure among them, which alone counts
 * as delivered then.
 * @see MPI-4.1 §3.7.5, MPI_Waitsome
 */
export async function waitSome<T>(requests: readonly Request<T>[]): Promise<Completion<T>[] | null> {
  if ((await firstDone(requests)) === null) return null
  const done = requests.flatMap((request, index) => (request.done && !request.delivered ? [index] : []))
  // Only the failed one is delivered then: what the others brought must not get lost with it.
  const failed = done.find((index) => (requests[index] as WaitableRequest<T>).failed)
  if (failed !== undefined) return [await deliver(requests, failed)]
  return Promise.all(done.map((index) => deliver(requests, index)))
}

function firstDone(requests: readonly Request<unknown>[]): Promise<number | null> {
  const active = requests.flatMap((request, index) => (request.delivered ? [] : [index]))
  if (active.length === 0) return Promise.resolve(null)
  const done = active.find((index) => requests[index]!.done)
  if (done !== undefined) return Promise.resolve(done)
  return new Promise((resolve) => {
    const waiting = active.map((index) => ({
      request: requests[index] as WaitableRequest<unknown>,
      // A request that stays open for long must not gather one listener per call.
      f: () => {
        for (const { request, f } of waiting) request.offDone(f)
        resolve(index)
      },
    }))
    for (const { request, f } of waiting) request.onDone(f)
  })
}

async function deliver<T>(requests: readonly Request<T>[], index: number): Promise<Completion<T>> {
  const request = requests[index]!
  const value = await request
  return { index, value, status: request.status }
}
