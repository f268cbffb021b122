import { ITEM } from '../../wire/datatype.ts'
import { dissemination } from './barrier/dissemination.ts'
import { barrierOnBoard } from './barrier/on-board.ts'
import { barrierOnHosts } from './barrier/on-hosts.ts'
import type { CollectiveOptions, Scope } from './endpoint.ts'
import { signature } from './signature.ts'

/** `Communicator.barrier`, where it is documented. */
export function barrier(scope: Scope, options?: CollectiveOptions): Promise<void> {
  const { board } = scope
  if (board !== null) return scope.onBoard(BARRIER, options, barrierOnBoard(board))
  const { hosts } = scope
  if (hosts !== null) return scope.onHosts(BARRIER, options, (far) => barrierOnHosts(hosts, far))
  return scope.call(BARRIER, options, dissemination)
}

const BARRIER = signature('barrier', { type: ITEM, count: 0 })
