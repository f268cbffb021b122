import type { Board } from '../../../transport/board.ts'
import type { Steps } from '../board/steps.ts'

/**
 * On a board: every rank shows that it has come, and looks whether all others have. One hand-off between any
 * two ranks, and p - 1 lines to look at; for the ranks of one host that is less than any tree's levels.
 */
export function* barrierOnBoard(board: Board): Steps<void> {
  while (!board.isFree()) yield
  board.show(null)
  while (!board.allCame()) yield
}
