/**
 * The contract between the protocol (src/comm) and whatever carries bytes between processes.
 *
 * A transport moves frames: a header and a body of bounded length. It knows nothing of communicators,
 * matching or rendezvous. test/transport/contract.ts is this comment as a test suite.
 *
 * - **Order.** Frames to one peer arrive in the order of the `send` calls, none lost, none twice, whatever
 *   their sizes. There is no order between different peers.
 * - **Never blocks, never refuses.** `send` takes every frame at once. What the peer has not taken yet waits
 *   inside the transport, with bounded memory outside the process's own queue (a window of bytes in flight
 *   per peer). Bounding the queue itself is the protocol's business: it sends without limit only what is
 *   small or acknowledged.
 * - **Ownership.** The header is copied inside `send`. The body is either copied inside the call too
 *   (`send` returns true), or borrowed until the sink's `onReleased(token)`; the caller may pass
 *   `token: null` only for a body that the transport must copy.
 * - **Receiving.** The sink gets header and body for the duration of the call only; both are reused.
 *   Calls come one at a time, from the event loop or as microtasks, never from inside `send`, `open` or `hold`
 *   (only `poll` of shared-memory.ts delivers inside itself).
 * - **Waiting.** Between `hold()` and the matching `release()` the transport keeps the process alive and
 *   delivers what comes in. Without a hold it need not deliver anything and must let the process end.
 * - **Peer death.** When a peer is known to be gone, `onPeerGone` is called once for it, after everything
 *   that had arrived from it. Bodies borrowed for it are released. Later sends to it vanish (and release).
 * - **Close.** `flush()` resolves when every frame sent before the call has been taken by its peer's sink,
 *   or its peer is gone. `close()` afterwards frees sockets, memory and files; after `close()` nothing is
 *   delivered. `close()` without `flush()` may lose frames and must not wait for anybody.
 */

import type { Frame } from '../wire/frame.ts'
import type { CommonMemory, Lane, SharedMemory } from './shared-memory.ts'

/** Whatever the sender wants back with `onReleased`. */
export type SendToken = object

export interface Sink {
  /** A frame came from `peer` (a rank of the whole job). `frame` and `body` are valid during the call only. */
  onFrame(peer: number, frame: Frame, body: Uint8Array): void
  /**
   * A short message from `peer` lies in `lane`, found by its `peek`. True: it has been taken out. False: it was
   * left there, and must come by `onFrame`. On the same terms as `onFrame`; called by shared memory only.
   */
  onShort?(peer: number, lane: Lane): boolean
  /** The body sent with `token` may be overwritten from now on. */
  onReleased(token: SendToken): void
  /** `peer` will never send or receive again; `untaken` frames sent to it are not known to have been taken. */
  onPeerGone(peer: number, reason: string, untaken?: number): void
  /** The transport itself has failed beyond repair (a gap in a sequence, for instance). The job must end. */
  onFatal(error: Error): void
}

export interface Transport {
  /** Short name for diagnostics: `loopback`, `simulated`, `zmq`, `shm`. */
  readonly name: string
  /** Longest body of one frame, in bytes. */
  readonly maxBodyBytes: number
  /** Messages up to this length are better sent at once than announced first, in bytes; <= maxBodyBytes. */
  readonly eagerBytes: number
  /** Bytes of messages a peer may send at once before they are received; bounds the peer's memory. */
  readonly creditBytes: number

  /** Of one made of several: the one that `peer` is reached through, whose limits may be wider. */
  towards?(peer: number): Transport

  /** What it offers beyond frames to ranks that share memory with this one. */
  readonly shared?: SharedMemory | null
  /** Memory for arrays that the ranks of this host have in common. */
  readonly common?: CommonMemory | null

  /** Frames sent that are not known to have been taken by their peer's sink; 0 after `flush()`. */
  readonly unflushed: number
  /** Of those, the frames that would be lost if this process ended now; all of them, if left away. */
  readonly unsent?: number

  /** Starts delivering to `sink`. Called once, before anything else. */
  open(sink: Sink): void
  /** Queues a frame for `peer`. True: `body` was copied. False: it is borrowed until `onReleased(token)`. */
  send(peer: number, frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean
  hold(): void
  release(): void
  /** Somebody else (the launcher) knows that `peer` is gone; treated as if the transport had found out. */
  peerGone(peer: number, reason: string): void
  flush(): Promise<void>
  close(): Promise<void>
}

/** Time as the protocol sees it: real in a job, virtual in a simulation. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  nowMs(): number
  /** The same, but as it was at some moment of this turn of the event loop: for what is asked very often. */
  roughMs(): number
  /** Calls `f` after `ms` milliseconds; the returned function takes that back. */
  after(ms: number, f: () => void): () => void
  /** As `after`, but does not keep the process alive for it. */
  later(ms: number, f: () => void): () => void
  /** Resolves after whatever has already arrived has been delivered: one turn of the event loop. */
  turn(): Promise<void>
}
