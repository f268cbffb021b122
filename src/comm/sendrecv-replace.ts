/** Sending from and receiving into one and the same array (MPI-4.1 §3.10). */

import { checkOptions } from '../check-options.ts'
import { TypeMismatchError } from '../errors.ts'
import { allocate, isRaw, type Raw, typeOf } from '../wire/datatype.ts'
import { isStrided, type Strided } from '../wire/layout/nd-view.ts'
import type { Source, Tag } from './arguments.ts'
import { CallSite } from './context.ts'
import { copied } from './layout/target.ts'
import { describe } from './op/domain.ts'
import type { PointToPoint } from './point-to-point.ts'

export interface SendrecvReplaceOptions {
  /** Whom to receive from: a rank, ANY_SOURCE, or null for nobody. */
  readonly source: Source
  /** Tag of what is sent; 0 if left away. */
  readonly tag?: number
  /** Tag of what is received; the same as `tag` if left away. */
  readonly recvTag?: Tag
  readonly status?: boolean
}

const NAME = 'sendrecvReplace'
const OPTIONS = ['source', 'tag', 'recvTag', 'status']

/** `Communicator.sendrecvReplace`, where it is documented. */
export async function sendrecvReplace(
  p2p: PointToPoint,
  buffer: Raw | Strided,
  dest: number | null,
  options: SendrecvReplaceOptions,
): Promise<unknown> {
  const where = new CallSite(NAME, p2p.context)
  checkOptions(options, OPTIONS, where)
  if (!isRaw(buffer) && !isStrided(buffer)) {
    throw new TypeMismatchError(
      `${where}: buffer is ${describe(buffer)}, but only a typed array or a layout can be replaced; for any other value use sendrecv`,
    )
  }
  // What goes is kept apart: what comes may be there before it has left.
  const sent = dest === null ? buffer : isRaw(buffer) ? copyOf(buffer) : copied(buffer, 'buffer', where)
  return p2p.sendrecv(NAME, sent, dest, { ...options, into: buffer })
}

/** Not `slice`, which gives a view of a Buffer. */
function copyOf(array: Raw): Raw {
  const copy = allocate(typeOf(array), array.length)
  copy.set(array as never)
  return copy
}
