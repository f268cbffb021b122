import type { Board } from '../../../transport/board.ts'
import type { Block } from '../../../wire/block.ts'
import type { Steps } from '../board/steps.ts'
import { exchange, othersOf, part, readPart } from '../board/windows.ts'

/** On a board: every rank shows its block and reads those of the others; one hand-off, (p - 1) n. */
export function* allgatherShown(board: Board, mine: Block, all: Block): Steps<void> {
  const length = mine.byteLength
  const place = (rank: number): Block => part(all, rank * length, (rank + 1) * length)
  if (!place(board.rank).sameMemory(mine)) place(board.rank).set(mine)
  yield* exchange(board, mine, length, othersOf(board), null, (source, w, n) =>
    readPart(board, source, w, n, 0, place(source)),
  )
}
