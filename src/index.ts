/** The public names of tsmpi. No logic lives here. */

export { ANY_SOURCE, ANY_TAG, type Source, type Tag } from './comm/arguments.ts'
export type { Cart } from './comm/cart/cart.ts'
export { dimsCreate } from './comm/cart/dims-create.ts'
export type { CartOptions, Coords, NeighborGathered, Shift } from './comm/cart/types.ts'
export type { CollectiveOptions } from './comm/collective/endpoint.ts'
export type { ReduceScatterOptions } from './comm/collective/reduce-scatter.ts'
export type {
  ArrayOf,
  Gathered,
  IntoOptions,
  OpLike,
  ReceivedBlocks,
  Reduced,
  VBlocks,
  VInto,
  VIntoOptions,
  WBlock,
  WIntoOptions,
} from './comm/collective/types.ts'
export type { Communicator } from './comm/communicator.ts'
export { Group } from './comm/group.ts'
export type { MessagesOptions, ReceivedMessage } from './comm/messages.ts'
export * from './comm/op/built-in.ts'
export { createOp } from './comm/op/user.ts'
export type { Op } from './comm/op.ts'
export { type PersistentRequest, startAll } from './comm/persistent.ts'
export type { PatienceOptions, RecvOptions, SendOptions, SendrecvOptions } from './comm/point-to-point.ts'
export type { MatchedMessage, ProbeOptions } from './comm/probing.ts'
export type { Request } from './comm/request.ts'
export type { SendrecvReplaceOptions } from './comm/sendrecv-replace.ts'
export type { Status } from './comm/status.ts'
export { type Completion, waitAll, waitAny, waitSome } from './comm/wait.ts'
export { abort, hostname, self, world, wtime } from './comm/world.ts'
export {
  AbortedError,
  BootstrapError,
  BufferError,
  CancelledError,
  CollectiveMismatchError,
  CountError,
  DeadlockError,
  ItemError,
  MpiError,
  OpError,
  RankError,
  RankFailedError,
  RootError,
  TagError,
  TimeoutError,
  TruncateError,
  TypeMismatchError,
} from './errors.ts'
export { version } from './version.ts'
export type { Raw, TypedCtor } from './wire/datatype.ts'
export type { Layout } from './wire/layout/layout.ts'
export { indexed, subarray, vector } from './wire/layout/make.ts'
export type { NdView, Strided } from './wire/layout/nd-view.ts'
