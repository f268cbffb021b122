/** How many ranks each kernel is run with, and through what their messages go. A rank alone has nobody to send to. */
export const MATRIX: readonly (readonly [size: number, transport: string])[] = [
  [1, 'auto'],
  ...[2, 3, 4, 8].flatMap((size) => ['shm', 'zmq'].map((transport) => [size, transport] as const)),
]
