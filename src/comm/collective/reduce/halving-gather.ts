import type { Block } from '../../../wire/block.ts'
import type { Op } from '../../op.ts'
import type { Endpoint } from '../endpoint.ts'
import { FAN_WIDTH, windowed } from '../exchange.ts'
import { halving, rangeOf, slice } from '../halving.ts'
import { lengthOf } from '../partition.ts'

/**
 * Rabenseifner's reduce (2004): reduce-scatter by recursive halving (halving.ts), after which every rank
 * sends root the range whose result it has.
 *
 * For any elementwise op. (lg p + 1) alpha + (2 n beta + n gamma)(p - 1)/p on 2^k ranks; other numbers pay
 * n (beta + gamma) more. `out` gets the result on root, and serves as memory elsewhere.
 */
export async function halvingGather(
  endpoint: Endpoint,
  op: Op,
  input: Block,
  out: Block,
  root: number,
): Promise<void> {
  const { vsize, vrank, rankOf } = await halving(endpoint, op, input, out)
  const part = (v: number): Block => slice(out, rangeOf(v, vsize, lengthOf(out)))
  if (endpoint.rank !== root) {
    if (vrank >= 0) await endpoint.send(part(vrank), root)
    return
  }
  await windowed(vsize, FAN_WIDTH, async (v) => {
    if (v !== vrank) await endpoint.recvInto(part(v), rankOf(v))
  })
}
