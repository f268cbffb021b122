import { Block } from '../../../wire/block.ts'
import type { Op } from '../../op.ts'
import { bracket, largestPowerBelow } from '../board/bracket.ts'
import { bracketCarried, type Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'
import { exchangeAll, FAN_WIDTH } from '../exchange.ts'

/** Between two ranks halves are faster from here on: each combines only one. */
const LARGE_BYTES_OF_2_RANKS = 1_200_000

/** Whether every rank had better send its operand to every other. */
export function isDirect(bytes: number, size: number): boolean {
  if (size <= 2) return bytes < LARGE_BYTES_OF_2_RANKS
  if (size <= 4) return bytes <= 64 * 1024
  if (size <= 8) return bytes <= 32 * 1024
  if (size <= 16) return bytes <= 8 * 1024
  return size <= 32 && bytes <= 1024
}

/**
 * Every rank sends its operand to every other, and all combine all in the same order: alpha + (p - 1)(o + n beta +
 * n gamma), o being the processor time of a message, a tenth of alpha. For any op and number of ranks; bracketed by
 * rank alone (board/bracket.ts).
 */
export async function direct<P>(endpoint: Endpoint, carrier: Carrier<P>, own: P): Promise<P> {
  const { rank, size } = endpoint
  const operands: P[] = new Array(size)
  operands[rank] = own
  await exchangeAll(
    endpoint,
    FAN_WIDTH,
    (dest) => carrier.send(endpoint, own, dest),
    async (source) => {
      operands[source] = await carrier.receive(endpoint, source)
    },
  )
  return bracketCarried(carrier, operands, own)
}

/** The same for arrays and an elementwise op, without a copy at the end. `out` may be `input`. */
export async function directArrays(endpoint: Endpoint, op: Op, input: Block, out: Block): Promise<void> {
  const { rank, size } = endpoint
  if (size === 1) return out.set(input)
  const operands = Array.from({ length: size }, (_, r) =>
    r === rank ? input : Block.allocate(input.type, input.byteLength),
  )
  await exchangeAll(
    endpoint,
    FAN_WIDTH,
    (dest) => endpoint.send(input, dest),
    (source) => endpoint.recvInto(operands[source]!, source),
  )
  combineOperands(op, operands, rank, out)
}

/** Combines operands in rank order to `out`, which may be the one of `mine`; the others are overwritten. */
export function combineOperands(op: Op, operands: readonly Block[], mine: number, out: Block): void {
  const size = operands.length
  if (size === 1) return out.set(operands[0]!)
  const own = operands[mine]!
  const combine = (low: Block, high: Block): Block => {
    const room = low === own ? high : low
    op.combineArrays(low.array(), high.array(), room.array())
    return room
  }
  const half = largestPowerBelow(size)
  const low = bracket(0, half, (r) => operands[r]!, combine)
  const high = bracket(half, size - half, (r) => operands[r]!, combine)
  op.combineArrays(low.array(), high.array(), out.array())
}
