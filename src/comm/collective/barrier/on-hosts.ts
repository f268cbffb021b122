import type { Steps } from '../board/steps.ts'
import type { Far, Hosts } from '../hosts/hosts.ts'
import { dissemination } from './dissemination.ts'

/**
 * Over several hosts: a host's ranks show its leader that they have come, the leaders tell each other, and show
 * it to the others. Two hand-offs and the leaders' rounds.
 */
export function* barrierOnHosts({ board, layout }: Hosts, far: Far): Steps<void> {
  if (board.rank !== 0) {
    while (!board.isFree()) yield
    board.show(null)
    board.pass()
    while (!board.came(0)) yield
  } else {
    board.pass()
    while (!board.allCame()) yield
    yield* far.run(layout.leaders, dissemination)
    while (!board.isFree()) yield
    board.show(null)
  }
  board.leave()
}
