import { Block } from '../../../wire/block.ts'
import type { Op } from '../../op.ts'
import { selectAllgatherv } from '../allgather/select.ts'
import type { Endpoint } from '../endpoint.ts'
import { exchangeAll, FAN_WIDTH } from '../exchange.ts'
import { cut } from '../partition.ts'
import { combineOperands } from './direct.ts'

/**
 * Every rank sends slice r of its vector to rank r, which combines all of them, and the ranks gather the slices:
 * 2 alpha + 2 (p - 1) o + (2 n beta + n gamma)(p - 1)/p. For any elementwise op and number of ranks, bracketed by
 * rank alone (board/bracket.ts), for which it asks for memory of another vector. `out` may be `input`.
 */
export async function bySlices(endpoint: Endpoint, op: Op, input: Block, out: Block): Promise<void> {
  const { rank, size } = endpoint
  const inputs = cut(input, size)
  const results = cut(out, size)
  const mine = inputs[rank]!
  const operands = Array.from({ length: size }, (_, r) =>
    r === rank ? mine : Block.allocate(mine.type, mine.byteLength),
  )
  await exchangeAll(
    endpoint,
    FAN_WIDTH,
    (dest) => endpoint.send(inputs[dest]!, dest),
    (source) => endpoint.recvInto(operands[source]!, source),
  )
  combineOperands(op, operands, rank, results[rank]!)
  await selectAllgatherv(out.byteLength)(endpoint, results)
}
