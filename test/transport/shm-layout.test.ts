import { describe, expect, it } from 'vitest'
import {
  BOARDS,
  LINE_BYTES,
  layoutFor,
  longestBody,
  MAX_RANKS,
  PAGE_BYTES,
  POOL_CHUNKS,
  poolAt,
  RANK_BYTES,
  RING_HEAD_BYTES,
  rankAt,
  ringAt,
} from '../../src/transport/shm/layout.ts'

describe('the layout of shared memory', () => {
  it.each([1, 2, 3, 8, 31, 32, 64, 128, MAX_RANKS])('has room for %i ranks, and nothing twice', (ranks) => {
    const layout = layoutFor(ranks)
    const last = ranks - 1
    const spans: [number, number][] = [
      [0, PAGE_BYTES],
      [rankAt(layout, 0), rankAt(layout, last) + RANK_BYTES],
      [ringAt(layout, 0, 0), ringAt(layout, last, last) + RING_HEAD_BYTES + layout.ringBytes],
      [poolAt(layout, 0), poolAt(layout, last) + PAGE_BYTES + POOL_CHUNKS * layout.chunkBytes],
      [layout.boardsAt, layout.boardsAt + BOARDS * layout.boardBytes],
      [layout.bytes, layout.bytes],
    ]
    for (let i = 1; i < spans.length; i++) expect(spans[i]![0]).toBeGreaterThanOrEqual(spans[i - 1]![1])
    for (const [start] of spans) expect(start % LINE_BYTES).toBe(0)
    expect(layout.boardsAt).toBeLessThan(2 ** 31)
    expect(layout.bytes).toBeLessThan(2 ** 32)
    expect(layout.bytes % PAGE_BYTES).toBe(0)
    // A record in front of which the end of the ring is skipped, with a quarter of the ring not given back.
    expect(2 * (longestBody(layout) + 80) + 8).toBeLessThanOrEqual((layout.ringBytes * 3) / 4)
    expect(layout.ringBytes & (layout.ringBytes - 1)).toBe(0)
    expect(layout.chunkBytes).toBeGreaterThan(longestBody(layout))
  })

  it('lays nothing of two pairs of ranks together', () => {
    const layout = layoutFor(5)
    const at = [0, 1, 2, 3, 4].flatMap((to) => [0, 1, 2, 3, 4].map((from) => ringAt(layout, to, from)))
    at.sort((a, b) => a - b)
    for (let i = 1; i < at.length; i++) expect(at[i]! - at[i - 1]!).toBe(RING_HEAD_BYTES + layout.ringBytes)
  })
})
