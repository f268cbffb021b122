/**
 * The header that travels before every message between two ranks, and its 64 bytes on the wire.
 *
 *     0  u8   kind              16  f64  bytes: whole message      40  u32  callSeq
 *     1  u8   flags             24  f64  offset of this body       44  i32  callRoot
 *     2  u8   type              32  u32  sendId                    48  u8   callKind
 *     4  u32  context           36  u32  recvId                    49  u8   callOp
 *     8  i32  source (comm)                                        50  u8   callType
 *    12  i32  tag                                                  56  f64  callCount
 *
 * Little-endian. 64 bytes, a multiple of 8, so that a body behind it stays aligned for any element type.
 * The `call*` fields are the signature of the collective call the message belongs to: every message of a
 * collective carries it, so that ranks in different calls find out from the first message between them.
 */

/** What a frame is for. Codes are part of the wire format. */
export const FrameKind = {
  /** A whole message; the body is its payload. */
  EAGER: 1,
  /** Announces a message whose payload waits at the sender: `sendId` names it there. */
  RTS: 2,
  /** Answers an RTS: send the payload to `recvId`; with {@link FrameFlag.DROP}, forget it. */
  CTS: 3,
  /** A piece of an announced message for `recvId`, at `offset`. */
  DATA: 4,
  /** Returns `bytes` of eager credit to a sender. */
  CREDIT: 5,
  /** The communicator `context` is broken; the body says why. */
  BREAK: 6,
  /** The sender waits for this rank in the collective call that the header describes. No answer is due. */
  INQUIRY: 7,
} as const

export const FrameFlag = {
  /**
   * On CTS: the receive failed or was withdrawn; do not send the payload. On DATA: the send failed meanwhile;
   * the payload will not come.
   */
  DROP: 1,
  /** On CTS, with DROP: nobody has received the message, nor ever will. */
  REFUSED: 2,
  /** On CTS, with DROP: the receiver has copied the payload itself. */
  FETCHED: 4,
} as const

/**
 * A frame header. One class with all fields so that every use sees one shape; transports and the
 * protocol reuse instances, so whoever wants to keep one past the call copies it.
 */
export class Frame {
  kind = 0
  flags = 0
  type = 0
  context = 0
  /** Rank of the sender in the communicator of `context`. */
  source = 0
  tag = 0
  /** Length of the whole message in bytes (for CREDIT: bytes of credit). */
  bytes = 0
  /**
   * For DATA: where the body belongs in the message, in bytes. For RTS: where the receiver can copy the payload
   * from the sender's memory itself, see `SharedMemory.expose`; 0 if it cannot.
   */
  offset = 0
  sendId = 0
  recvId = 0
  callSeq = 0
  callRoot = 0
  callKind = 0
  callOp = 0
  callType = 0
  callCount = 0

  copyFrom(other: Frame): this {
    this.kind = other.kind
    this.flags = other.flags
    this.type = other.type
    this.context = other.context
    this.source = other.source
    this.tag = other.tag
    this.bytes = other.bytes
    this.offset = other.offset
    this.sendId = other.sendId
    this.recvId = other.recvId
    this.callSeq = other.callSeq
    this.callRoot = other.callRoot
    this.callKind = other.callKind
    this.callOp = other.callOp
    this.callType = other.callType
    this.callCount = other.callCount
    return this
  }
}

/** Bytes of an encoded header. */
export const HEADER_BYTES = 64

/** Writes the header at `at`; the caller has made sure that 64 bytes are there. */
export function encodeFrame(frame: Frame, view: DataView, at: number): void {
  view.setUint8(at, frame.kind)
  view.setUint8(at + 1, frame.flags)
  view.setUint8(at + 2, frame.type)
  view.setUint8(at + 3, 0)
  view.setUint32(at + 4, frame.context, true)
  view.setInt32(at + 8, frame.source, true)
  view.setInt32(at + 12, frame.tag, true)
  view.setFloat64(at + 16, frame.bytes, true)
  view.setFloat64(at + 24, frame.offset, true)
  view.setUint32(at + 32, frame.sendId, true)
  view.setUint32(at + 36, frame.recvId, true)
  view.setUint32(at + 40, frame.callSeq, true)
  view.setInt32(at + 44, frame.callRoot, true)
  view.setUint8(at + 48, frame.callKind)
  view.setUint8(at + 49, frame.callOp)
  view.setUint8(at + 50, frame.callType)
  // The gap is written too: a recycled staging buffer must not leak what it held before.
  view.setUint8(at + 51, 0)
  view.setUint32(at + 52, 0, true)
  view.setFloat64(at + 56, frame.callCount, true)
}

/** Reads the header at `at` into `frame`. */
export function decodeFrame(frame: Frame, view: DataView, at: number): void {
  frame.kind = view.getUint8(at)
  frame.flags = view.getUint8(at + 1)
  frame.type = view.getUint8(at + 2)
  frame.context = view.getUint32(at + 4, true)
  frame.source = view.getInt32(at + 8, true)
  frame.tag = view.getInt32(at + 12, true)
  frame.bytes = view.getFloat64(at + 16, true)
  frame.offset = view.getFloat64(at + 24, true)
  frame.sendId = view.getUint32(at + 32, true)
  frame.recvId = view.getUint32(at + 36, true)
  frame.callSeq = view.getUint32(at + 40, true)
  frame.callRoot = view.getInt32(at + 44, true)
  frame.callKind = view.getUint8(at + 48)
  frame.callOp = view.getUint8(at + 49)
  frame.callType = view.getUint8(at + 50)
  frame.callCount = view.getFloat64(at + 56, true)
}
