/**
 * A communicator as programs see it: one-line forwards to where each operation lives, with the types and
 * the documentation of the public interface.
 */

import type { Raw, TypedCtor } from '../wire/datatype.ts'
import type { Strided } from '../wire/layout/nd-view.ts'
import { ANY_SOURCE, type Source } from './arguments.ts'
import type { Cart } from './cart/cart.ts'
import { createCart } from './cart/make-cart.ts'
import type { CartOptions } from './cart/types.ts'
import { CollectiveMethods } from './collective-methods.ts'
import type { Core } from './core.ts'
import type { Group } from './group.ts'
import { create, dup, split } from './make-communicator.ts'
import { type MessagesOptions, messages, type ReceivedMessage } from './messages.ts'
import { type PersistentRequest, recvInit, sendInit } from './persistent.ts'
import type { RecvOptions, SendOptions, SendrecvOptions } from './point-to-point.ts'
import { improbe, iprobe, type MatchedMessage, mprobe, type ProbeOptions, probe } from './probing.ts'
import type { Request } from './request.ts'
import { type SendrecvReplaceOptions, sendrecvReplace } from './sendrecv-replace.ts'
import { sharedArray } from './shared-array.ts'
import type { Status } from './status.ts'

/** The typed array that a constructor makes. */
type Made<C extends TypedCtor> = C extends { new (length: number): infer T } ? T : never

/**
 * A set of ranks that can send messages to each other, separate from those of any other communicator.
 *
 * `world` is the one of all ranks; `dup`, `split` and `create` make others.
 */
export class Communicator extends CollectiveMethods {
  /** This process's rank in the communicator, 0 to size - 1. @see MPI-4.1 §7.4.1 */
  readonly rank: number
  /** Number of ranks in the communicator. @see MPI-4.1 §7.4.1 */
  readonly size: number
  /** How error messages call the communicator: `world`, `world.split(1)`. */
  readonly label: string
  readonly #core: Core

  /** Internal: programs get communicators from `world` and its methods. */
  constructor(core: Core) {
    super(core)
    this.#core = core
    this.rank = core.rank
    this.size = core.size
    this.label = core.label
  }

  // ---- point to point -------------------------------------------------------------------------

  /**
   * Sends a value to `dest`.
   *
   * A typed array travels as its raw bytes; a layout (`vector`, `indexed`, `subarray`) or an ndarray-like
   * `{ data, shape, stride, offset }` as the typed array of its elements, packed inside the call; any other value
   * is serialised inside the call and arrives as by `structuredClone`.
   * @param dest rank in the communicator; null: nobody, the call completes at once
   * @returns resolves when `value` may be overwritten; that may wait for the receive at any length, except
   *   to oneself
   * @throws RankError, TagError, ItemError for a value that holds a function, BufferError; RankFailedError if
   *   `dest` has failed, or has finished and the message would have to wait for its receive (one that need not
   *   is reported as never received)
   * @see MPI-4.1 §3.2.1, MPI_Send; examples/mpi/02-ring.ts
   */
  send(value: unknown, dest: number | null, options?: SendOptions): Promise<void> {
    return this.#core.p2p.send('send', value, dest, options)
  }

  /**
   * Sends a value to `dest`, as `send`, but resolves only when its receive has been matched.
   * @see MPI-4.1 §3.4, MPI_Ssend
   */
  ssend(value: unknown, dest: number | null, options?: SendOptions): Promise<void> {
    return this.#core.p2p.send('ssend', value, dest, options)
  }

  /**
   * Starts a send and returns a request for it; `await request` waits for what `send` resolves with.
   * @throws what is wrong with the arguments, at once; other failures are kept until waited for
   * @see MPI-4.1 §3.7.2, MPI_Isend
   */
  isend(value: unknown, dest: number | null, options?: SendOptions): Request<void> {
    return this.#core.p2p.isend('isend', value, dest, options)
  }

  /**
   * Receives a message: the oldest one that matches `source` and `tag`.
   *
   * `into` may be a typed array, a layout or an ndarray-like, whatever the sender had: element types must agree, and
   * `into` must have as many elements as the message, or more; the first ones are filled.
   * @param source rank in the communicator, ANY_SOURCE (also if there is no argument at all), or null: nobody,
   *   the call completes at once with `into`, or undefined
   * @returns the value: a new typed array of the sender's element type, `into` itself, or whatever else was
   *   sent; with `status: true`, `{ value, status }`
   * @throws RankError, TagError; TruncateError if `into` is shorter than the message, TypeMismatchError if
   *   `into` or `as` is of another element type (both leave `into` as it was and consume the message); BufferError
   *   if `into` has the same element in several places;
   *   TimeoutError, CancelledError; RankFailedError if nobody is left who could send it
   * @see MPI-4.1 §3.2.4, MPI_Recv; examples/mpi/02-ring.ts
   */
  recv<B extends Raw | Strided>(
    source: Source,
    options: RecvOptions & { readonly into: B; readonly status: true },
  ): Promise<{ value: B; status: Status }>
  recv<B extends Raw | Strided>(source: Source, options: RecvOptions & { readonly into: B }): Promise<B>
  recv<C extends TypedCtor>(
    source: Source,
    options: RecvOptions & { readonly as: C; readonly status: true },
  ): Promise<{ value: Made<C>; status: Status }>
  recv<C extends TypedCtor>(source: Source, options: RecvOptions & { readonly as: C }): Promise<Made<C>>
  recv<T = unknown>(
    source: Source,
    options: RecvOptions & { readonly status: true },
  ): Promise<{ value: T; status: Status }>
  recv<T = unknown>(source?: Source, options?: RecvOptions): Promise<T>
  recv(...given: [source?: Source, options?: RecvOptions]): Promise<unknown> {
    return this.#core.p2p.recv(given.length, given[0], given[1])
  }

  /**
   * Starts a receive and returns a request for it; `await request` waits for what `recv` resolves with.
   * @throws what is wrong with the arguments, at once; other failures are kept until waited for, and end the
   *   job when the rank finishes if nobody ever does
   * @see MPI-4.1 §3.7.2, MPI_Irecv
   */
  irecv<B extends Raw | Strided>(source: Source, options: RecvOptions & { readonly into: B }): Request<B>
  irecv<C extends TypedCtor>(source: Source, options: RecvOptions & { readonly as: C }): Request<Made<C>>
  irecv<T = unknown>(source?: Source, options?: RecvOptions): Request<T>
  irecv(...given: [source?: Source, options?: RecvOptions]): Request<unknown> {
    return this.#core.p2p.irecv('irecv', given.length, given[0], given[1])
  }

  /**
   * Sends to `dest` and receives from `options.source` at the same time, so that rings and shifts cannot
   * deadlock. Either may be null.
   * @returns what was received, as `recv`, when both are complete
   * @see MPI-4.1 §3.10, MPI_Sendrecv; examples/mpi/09-heat-1d.ts
   */
  sendrecv<B extends Raw | Strided>(
    value: unknown,
    dest: number | null,
    options: SendrecvOptions & { readonly into: B; readonly status: true },
  ): Promise<{ value: B; status: Status }>
  sendrecv<B extends Raw | Strided>(
    value: unknown,
    dest: number | null,
    options: SendrecvOptions & { readonly into: B },
  ): Promise<B>
  sendrecv<C extends TypedCtor>(
    value: unknown,
    dest: number | null,
    options: SendrecvOptions & { readonly as: C; readonly status: true },
  ): Promise<{ value: Made<C>; status: Status }>
  sendrecv<C extends TypedCtor>(
    value: unknown,
    dest: number | null,
    options: SendrecvOptions & { readonly as: C },
  ): Promise<Made<C>>
  sendrecv<T = unknown>(
    value: unknown,
    dest: number | null,
    options: SendrecvOptions & { readonly status: true },
  ): Promise<{ value: T; status: Status }>
  sendrecv<T = unknown>(value: unknown, dest: number | null, options: SendrecvOptions): Promise<T>
  sendrecv(value: unknown, dest: number | null, options: SendrecvOptions): Promise<unknown> {
    return this.#core.p2p.sendrecv('sendrecv', value, dest, options)
  }

  /**
   * Sends what is in `buffer` to `dest` and receives into it from `options.source`, in one call. Either rank may
   * be null; from null nothing comes, and `buffer` stays as it was. It is overwritten in any case once the
   * message has come, and not before: what was sent is its content at the call.
   * @param buffer typed array, layout or ndarray-like; the message may be shorter, and then fills its beginning
   * @returns `buffer`, or with `status: true` `{ value, status }`, when both are complete
   * @throws as `send` and `recv` do; `buffer` is left as it was by TruncateError and TypeMismatchError
   * @see MPI-4.1 §3.10, MPI_Sendrecv_replace
   */
  sendrecvReplace<B extends Raw | Strided>(
    buffer: B,
    dest: number | null,
    options: SendrecvReplaceOptions & { readonly status: true },
  ): Promise<{ value: B; status: Status }>
  sendrecvReplace<B extends Raw | Strided>(
    buffer: B,
    dest: number | null,
    options: SendrecvReplaceOptions,
  ): Promise<B>
  sendrecvReplace(
    buffer: Raw | Strided,
    dest: number | null,
    options: SendrecvReplaceOptions,
  ): Promise<unknown> {
    return sendrecvReplace(this.#core.p2p, buffer, dest, options)
  }

  /**
   * Describes a send that will be made again and again: each `start()` sends what `value` is by then, as
   * `isend` does, and `await request` waits for it.
   * @returns an inactive request; waiting for one that is inactive completes at once
   * @throws what is wrong with `dest` and `options`, at once
   * @see MPI-4.1 §3.9, MPI_Send_init
   */
  sendInit(value: unknown, dest: number | null, options?: SendOptions): PersistentRequest<void> {
    return sendInit(this.#core.p2p, 'sendInit', value, dest, options)
  }

  /**
   * As `sendInit`, for sends that are complete only when the receiver has begun to receive: the persistent form of
   * `ssend`.
   * @throws what is wrong with `dest` and `options`, at once
   * @see MPI-4.1 §3.9, MPI_Ssend_init
   */
  ssendInit(value: unknown, dest: number | null, options?: SendOptions): PersistentRequest<void> {
    return sendInit(this.#core.p2p, 'ssendInit', value, dest, options)
  }

  /**
   * Describes a receive that will be made again and again: each `start()` posts it, as `irecv` does, and
   * `await request` waits for its message. A `timeout` counts from each start.
   * @returns an inactive request; waiting for one that is inactive completes at once, with `into` or undefined,
   *   and the status of no message
   * @throws what is wrong with the arguments, at once; other failures are kept until waited for
   * @see MPI-4.1 §3.9, MPI_Recv_init
   */
  recvInit<B extends Raw | Strided>(
    source: Source,
    options: RecvOptions & { readonly into: B },
  ): PersistentRequest<B>
  recvInit<C extends TypedCtor>(
    source: Source,
    options: RecvOptions & { readonly as: C },
  ): PersistentRequest<Made<C>>
  recvInit<T = unknown>(source: Source, options?: RecvOptions): PersistentRequest<T>
  recvInit(source: Source, options?: RecvOptions): PersistentRequest<unknown> {
    return recvInit(this.#core.p2p, source, options)
  }

  /**
   * Waits for a message from `source` and describes it, without receiving it.
   * @see MPI-4.1 §3.8.1, MPI_Probe
   */
  probe(source?: Source, options?: ProbeOptions): Promise<Status>
  probe(...given: [source?: Source, options?: ProbeOptions]): Promise<Status> {
    return probe(this.#core.p2p, anySourceIfNone(given), given[1])
  }

  /**
   * Describes a message that has already come; null if none has.
   * @see MPI-4.1 §3.8.1, MPI_Iprobe
   */
  iprobe(source?: Source, options?: Pick<ProbeOptions, 'tag'>): Promise<Status | null>
  iprobe(...given: [source?: Source, options?: Pick<ProbeOptions, 'tag'>]): Promise<Status | null> {
    return iprobe(this.#core.p2p, anySourceIfNone(given), given[1])
  }

  /**
   * Waits for a message from `source` and takes it out of the queue: no other receive can get it.
   * @returns a handle with the message's status and `recv`
   * @see MPI-4.1 §3.8.2, MPI_Mprobe
   */
  mprobe(source?: Source, options?: ProbeOptions): Promise<MatchedMessage>
  mprobe(...given: [source?: Source, options?: ProbeOptions]): Promise<MatchedMessage> {
    return mprobe(this.#core.p2p, anySourceIfNone(given), given[1])
  }

  /**
   * Takes a message that has already come out of the queue; null if none has.
   * @see MPI-4.1 §3.8.2, MPI_Improbe
   */
  improbe(source?: Source, options?: Pick<ProbeOptions, 'tag'>): Promise<MatchedMessage | null>
  improbe(...given: [source?: Source, options?: Pick<ProbeOptions, 'tag'>]): Promise<MatchedMessage | null> {
    return improbe(this.#core.p2p, anySourceIfNone(given), given[1])
  }

  /**
   * Receives message after message: `for await (const { value, status } of world.messages()) …`. The loop
   * ends when every rank that could send has finished.
   * @see examples/mpi/06-master-worker.ts
   */
  messages<T = unknown>(options?: MessagesOptions): AsyncGenerator<ReceivedMessage<T>, void, void> {
    return messages<T>(this.#core.p2p, options)
  }

  /** Delivers what has come in, without waiting for anything. */
  progress(): Promise<void> {
    return this.#core.state.messenger.progress()
  }

  // ---- communicators --------------------------------------------------------------------------

  /** The communicator's ranks as a group. @see MPI-4.1 §7.3.2, MPI_Comm_group */
  get group(): Group {
    return this.#core.group
  }

  /**
   * Makes a communicator of the same ranks whose messages never meet those of this one. Collective. Flows
   * that run at the same time need one each.
   * @see MPI-4.1 §7.4.2, MPI_Comm_dup
   */
  async dup(): Promise<Communicator> {
    return new Communicator(await dup(this.#core))
  }

  /**
   * Makes a communicator for each color, of the ranks that gave it, ordered by `key`, then by rank. Collective.
   * @param color an integer, 0 or more; null: this rank is in none
   * @param key where this rank stands among those of its color; its rank if left away
   * @returns null for color null
   * @see MPI-4.1 §7.4.2, MPI_Comm_split
   */
  split(color: null, key?: number): Promise<null>
  split(color: number, key?: number): Promise<Communicator>
  split(color: number | null, key?: number): Promise<Communicator | null>
  async split(color: number | null, key: number = this.rank): Promise<Communicator | null> {
    const core = await split(this.#core, color, key)
    return core && new Communicator(core)
  }

  /**
   * Makes a communicator of the ranks that share memory with this one: those of the same host. Collective.
   * @see MPI-4.1 §7.4.2, MPI_Comm_split_type
   */
  async splitType(type: 'shared', key: number = this.rank): Promise<Communicator> {
    if (type !== 'shared')
      throw new TypeError(`splitType on ${this.label}: ${String(type)} is not known; give 'shared'`)
    const { job } = this.#core.state
    return this.split(job.nodeOf[job.rank]!, key)
  }

  /**
   * Makes a communicator of the ranks of `group`, in its order. Collective over this communicator, and all
   * ranks must give the same group.
   * @returns null on ranks outside the group
   * @see MPI-4.1 §7.4.2, MPI_Comm_create
   */
  async create(group: Group): Promise<Communicator | null> {
    const core = await create(this.#core, group)
    return core && new Communicator(core)
  }

  /**
   * Makes a communicator of the same ranks, in the same order, that lie in a grid: with coordinates, neighbours
   * along each dimension, parts such as rows, and neighbour collectives. Collective; all ranks give the same
   * arguments.
   * @param dims number of places in each dimension, of which the last varies fastest from rank to rank; their
   *   product is the number of ranks. `dimsCreate` chooses them. None: a single place.
   * @param options `periods`: which dimensions are closed to a ring
   * @throws CountError if the product of dims is not the number of ranks; CollectiveMismatchError if another
   *   rank gives other dims or periods
   * @see MPI-4.1 §8.5.1, MPI_Cart_create; examples/mpi/14-cartesian-halo.ts
   */
  async createCart<const D extends readonly number[]>(dims: D, options?: CartOptions<D>): Promise<Cart<D>> {
    const { core, grid } = await createCart(this.#core, dims, options)
    return core.state.makeCart(core, grid) as Cart<D>
  }

  /**
   * Makes one array, filled with zeros, that all ranks of the communicator have in common: what one writes the
   * others read, without a message. Collective; the ranks must be on one host (`splitType('shared')`) and give
   * the same arguments. Sends, receives and collectives of it copy less than those of other arrays.
   *
   * Nothing orders what different ranks write and read but the calls between them: after writing, call
   * `barrier()` (or send a message) before another rank reads, and again before it is overwritten. The memory
   * lasts as long as the job.
   * @param ctor element type, such as `Float64Array`
   * @param length number of elements, of the whole array
   * @returns the array: on each rank its own object, over the same memory
   * @throws TypeMismatchError or CountError for arguments; MpiError where ranks are on different hosts or share
   *   no memory; BufferError on all ranks if there is not enough of it.
   * @see MPI-4.1 §12.2.3, MPI_Win_allocate_shared
   */
  sharedArray<B extends Raw>(ctor: TypedCtor<B>, length: number): Promise<B> {
    return sharedArray(this.#core, ctor, length)
  }

  /**
   * Gives the communicator up: pending and later calls on it reject with CancelledError. Each rank frees its
   * own side; messages that nobody has received are lost, which is warned about at the end.
   * @throws MpiError on `world` and `self`, which last as long as the program
   * @see MPI-4.1 §7.4.3, MPI_Comm_free
   */
  free(): void {
    this.#core.free()
  }

  /**
   * Ends the whole job with this exit code (0 becomes 1); no further statement of this process runs.
   * @see MPI-4.1 §9.7, MPI_Abort
   */
  abort(code = 1): never {
    return this.#core.state.job.abort(
      code,
      `abort(${code}) called on ${this.label}, rank ${this.rank} of ${this.size}`,
    )
  }
}

/** Only a call without any argument means any rank: `undefined` is a mistake. */
function anySourceIfNone(given: readonly [source?: Source, options?: unknown]): Source {
  return given.length === 0 ? ANY_SOURCE : (given[0] as Source)
}
