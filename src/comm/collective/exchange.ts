/** Ways to keep several messages of an algorithm under way at once. */

import type { Endpoint } from './endpoint.ts'

/**
 * Runs `start(0)` to `start(n - 1)`, begun in this order, at most `width` of them unfinished at a time.
 * `lane` is a number below `width` that no other unfinished one has. The first ones begin inside the call.
 */
export async function windowed(
  n: number,
  width: number,
  start: (i: number, lane: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const run = async (lane: number): Promise<void> => {
    try {
      while (next < n) await start(next++, lane)
    } catch (error) {
      next = n // the call has failed: begin no more
      throw error
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, n) }, (_, lane) => run(lane)))
}

/** Receives `n` partials, at most `width` at a time, and hands them to `use` one by one in order. */
export async function inOrder<P>(
  n: number,
  width: number,
  receive: (i: number) => Promise<P>,
  use: (partial: P, i: number) => void,
): Promise<void> {
  const ahead: Promise<P>[] = []
  for (let posted = 0, i = 0; i < n; i++) {
    while (posted < Math.min(n, i + width)) {
      const receiving = receive(posted++)
      // If one fails, the call fails with it; those behind it have then nobody to tell.
      receiving.catch(() => {})
      ahead.push(receiving)
    }
    use(await ahead.shift()!, i)
  }
}

/**
 * Has every rank send to and receive from every other. In step i a rank sends to the i-th above it and
 * receives from the i-th below it, so that no rank is everybody's peer at the same time.
 */
export function exchangeAll(
  { rank, size }: Endpoint,
  width: number,
  send: (dest: number) => Promise<unknown>,
  receive: (source: number) => Promise<unknown>,
): Promise<void> {
  return windowed(size - 1, width, (i) =>
    Promise.all([receive((rank + size - 1 - i) % size), send((rank + 1 + i) % size)]),
  )
}

/** Calls `visit` with every rank but this one, from the next one up, at most `width` unfinished at a time. */
export function others(
  { rank, size }: Endpoint,
  width: number,
  visit: (peer: number) => Promise<unknown>,
): Promise<void> {
  return windowed(size - 1, width, (i) => visit((rank + 1 + i) % size))
}

/** Messages that a rank takes from or gives to many others at the same time. More only wait in queues. */
export const FAN_WIDTH = 16
