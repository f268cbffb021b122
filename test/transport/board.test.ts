// A board by itself: what is shown can be read, when cells are used again, and how disagreement shows.
import { describe, expect, it } from 'vitest'
import { Disagreement, ELSEWHERE, Unreadable } from '../../src/transport/board.ts'
import { Block } from '../../src/wire/block.ts'
import { type BoardSettings, boardSettings, boardsOf, FakeMemory } from './boards.ts'

/** Begins call number `seq` of kind `kind` on a board. */
function begin(board: ReturnType<typeof boardsOf>[number], seq: number, kind = 1, count = 0): void {
  board.begin(seq, kind, -1, 0, 9, count, true)
}

const doubles = (length: number, first = 0) => Float64Array.from({ length }, (_, i) => first + i)

describe.each(boardSettings)('with %o', (settings) => {
  it('shows blocks of any length that fits, of any type', () => {
    const boards = boardsOf(3, settings)
    for (const length of [0, 1, 3, 8, settings.canFetch ? 5000 : 5]) {
      const arrays = [doubles(length), new Uint8Array(length).fill(7), new BigInt64Array(length).fill(9n)]
      boards.forEach((board, rank) => {
        begin(board, length)
        expect(board.isFree()).toBe(true)
        board.show(Block.of(arrays[rank]!))
      })
      for (const board of boards) {
        expect(board.allCame()).toBe(true)
        arrays.forEach((array, rank) => {
          expect(board.bytesOf(rank)).toBe(array.byteLength)
          const into = Block.allocate(board.typeOf(rank), board.bytesOf(rank))
          board.read(rank, 0, into)
          expect(into.array()).toEqual(array)
          expect(board.operand(rank, board.typeOf(rank), 0, array.length, 0)).toEqual(array)
          const half = Math.floor(length / 2)
          const size = array.BYTES_PER_ELEMENT
          // Where doubles lie, not between them.
          if (size === 8)
            expect(board.operand(rank, board.typeOf(rank), half * size, length - half, 0)).toEqual(
              array.slice(half),
            )
        })
        board.leave()
      }
    }
  })

  it('lets a rank be ahead by its cells, and no further', () => {
    const [a, b] = boardsOf(2, settings) as [
      ReturnType<typeof boardsOf>[number],
      ReturnType<typeof boardsOf>[number],
    ]
    const { cells = 4 } = settings
    for (let round = 0; round < cells; round++) {
      begin(a, round)
      expect(a.isFree()).toBe(true)
      a.show(Block.of(doubles(1, round)))
      a.leave()
    }
    expect(a.isFree()).toBe(false)
    expect(a.awaited).toBe(1)
    begin(b, 0)
    b.pass()
    expect(b.came(0)).toBe(true)
    expect(b.numberOf(0)).toBe(0)
    expect(a.isFree()).toBe(false)
    b.leave()
    expect(a.isFree()).toBe(true)
    begin(a, cells)
    a.showNumber(cells)
    for (let round = 1; round <= cells; round++) {
      begin(b, round)
      b.pass()
      expect(b.came(0)).toBe(true)
      expect(b.numberOf(0)).toBe(round)
      b.leave()
    }
  })

  it('is as new after a reset', () => {
    const memory = new FakeMemory(settings.canFetch)
    const buffer = new ArrayBuffer(2 ** 20)
    const old = boardsOf(2, settings, memory, () => {}, buffer)
    for (const board of old) {
      begin(board, 0)
      board.showNumber(1)
      board.note(1, 2, 0, 0, 0, 0, true)
      board.leave()
      board.close()
    }
    const boards = boardsOf(2, settings, memory, () => {}, buffer)
    boards[0]!.reset()
    for (const board of boards) begin(board, 0)
    boards[0]!.showNumber(1)
    boards[1]!.pass()
    expect(boards[0]!.came(1)).toBe(false)
    expect(boards[0]!.left(1)).toBe(false)
    expect(boards[1]!.came(0)).toBe(true)
    expect(boards[0]!.progressOf(1)).toMatchObject({ calls: 1, hasClosed: false })
    expect(boards[1]!.callsOf(1)).toEqual([])
  })
})

describe('disagreement', () => {
  const settings: BoardSettings = { canFetch: true }

  it('shows in the same round', () => {
    const [a, b] = boardsOf(2, settings)
    begin(a!, 0, 1)
    begin(b!, 0, 2)
    a!.show(null)
    b!.show(null)
    expect(() => a!.came(1)).toThrow(Disagreement)
    expect(() => b!.came(0)).toThrow(Disagreement)
    expect(a!.callsOf(1)).toEqual([{ seq: 0, kind: 2, root: -1, op: 0, type: 9, count: 0 }])
  })

  it('shows in a later call that is the same', () => {
    const [a, b] = boardsOf(2, settings)
    for (const [board, count] of [
      [a, 3],
      [b, 4],
    ] as const) {
      begin(board!, 0, 1, count)
      board!.show(null)
      board!.leave()
      begin(board!, 1, 2)
      board!.show(null)
    }
    expect(() => a!.came(1)).toThrow(Disagreement)
    expect(a!.callsOf(1).map(({ count }) => count)).toContain(4)
  })

  it('is found when the other makes the call by messages, or goes past it', () => {
    const [a, b] = boardsOf(2, settings)
    begin(a!, 0)
    a!.show(null)
    expect(a!.came(1)).toBe(false)
    a!.examine()
    b!.note(0, 5, 0, 0, 0, 0, true)
    expect(a!.callsOf(1)).toHaveLength(1)
    expect(() => a!.examine()).toThrow(Disagreement)
    for (let seq = 1; seq < 20; seq++) b!.note(seq, 5, 0, 0, 0, 0, true)
    expect(() => a!.examine()).toThrow(Disagreement)
  })

  it('is found when the other leaves the round without showing anything', () => {
    const [a, b] = boardsOf(2, settings)
    begin(a!, 0)
    a!.show(null)
    begin(b!, 0)
    b!.pass()
    expect(a!.came(1)).toBe(false)
    a!.examine()
    b!.leave()
    expect(() => a!.examine()).toThrow(Disagreement)
  })

  it('is not seen in a rank that comes between two looks', () => {
    const [a, b] = boardsOf(2, settings)
    begin(a!, 0)
    a!.show(null)
    expect(a!.came(1)).toBe(false)
    begin(b!, 0)
    b!.show(null)
    b!.leave()
    for (let seq = 1; seq < 20; seq++) b!.note(seq, 5, 0, 0, 0, 0, true)
    a!.examine()
    expect(a!.came(1)).toBe(true)
  })
})

it('says whose memory cannot be read any more', () => {
  const memory = new FakeMemory(true)
  const [a, b] = boardsOf(2, { canFetch: true, cellBytes: 8 }, memory)
  begin(a!, 0)
  begin(b!, 0)
  expect(b!.show(Block.of(doubles(2)))).toBe(true)
  a!.pass()
  memory.dead.add(1)
  expect(a!.came(1)).toBe(true)
  expect(() => a!.read(1, 0, Block.of(doubles(2)))).toThrow(Unreadable)
})

it('wakes those alone who wait for the very round, or for news of the call', () => {
  const woken: number[][] = []
  const boards = boardsOf(4, { canFetch: true }, new FakeMemory(true), (concerns) => {
    woken.push([0, 1, 2, 3].filter(concerns))
  })
  const [a, b, c, d] = boards
  const wakes = (change: () => void): number[] => {
    change()
    return woken.pop()!
  }
  // Nobody has said for whom it waits.
  begin(a!, 0)
  expect(wakes(() => a!.show(null))).toEqual([0, 1, 2, 3])
  for (const board of [b!, c!, d!]) begin(board, 0)
  b!.pass()
  expect(b!.came(0)).toBe(true)
  b!.pass()
  expect(b!.came(0)).toBe(false)
  expect(b!.examine()).toBe(true)
  expect(b!.examine()).toBe(false)
  c!.pass()
  expect(c!.came(1)).toBe(false)
  expect(c!.examine()).toBe(true)
  d!.awaited = ELSEWHERE
  expect(d!.examine()).toBe(true)
  // Rank 1 waits for rank 0's second round, rank 2 for rank 1, rank 3 for no rank.
  expect(wakes(() => a!.leave())).toEqual([0])
  expect(wakes(() => a!.show(null))).toEqual([0, 1])
  expect(wakes(() => b!.leave())).toEqual([0, 2])
  expect(wakes(() => c!.leave())).toEqual([0])
  // That rank 1 waits in the same call is no news; that it is in another one is.
  expect(b!.came(0)).toBe(true)
  begin(b!, 1)
  b!.awaited = ELSEWHERE
  expect(wakes(() => b!.examine())).toEqual([0, 2])
})
