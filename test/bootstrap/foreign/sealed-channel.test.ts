import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type Keys, SealedChannel } from '../../../src/bootstrap/foreign/sealed-channel.ts'

const [A, B] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const NOTHING = Buffer.alloc(0)

/** Two connected sockets, the second paused. */
async function sockets(): Promise<[Socket, Socket]> {
  const server = createServer({ pauseOnConnect: true })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1')
  const other = await accepted
  server.close()
  onTestFinished(() => {
    socket.destroy()
    other.destroy()
  })
  return [socket, other]
}

interface Listener {
  readonly messages: unknown[]
  readonly ended: Promise<string>
}

function listen(socket: Socket, keys: Keys, rest: Buffer = NOTHING): Listener & { trust(): void } {
  const channel = new SealedChannel<unknown, unknown>(socket, keys, rest)
  const messages: unknown[] = []
  channel.onMessage = (message) => messages.push(message)
  const ended = new Promise<string>((resolve) => {
    channel.onEnd = resolve
  })
  channel.start()
  return { messages, ended, trust: () => channel.trust() }
}

/** What a channel with `keys` writes for `messages`. */
async function written(keys: Keys, messages: unknown[]): Promise<Buffer[]> {
  const [socket, other] = await sockets()
  const channel = new SealedChannel<unknown, unknown>(socket, keys, NOTHING)
  const out: Buffer[] = []
  for (const message of messages) {
    const chunk = new Promise<Buffer>((resolve) => other.once('data', resolve))
    channel.send(message)
    other.resume()
    out.push(await chunk)
  }
  return out
}

test('messages arrive in order, also in pieces and behind a greeting', async () => {
  const [first, second, third] = await written({ own: A, theirs: B }, ['one', { two: 2 }, 'x'.repeat(1000)])
  const [socket, other] = await sockets()
  const { messages, ended } = listen(other, { own: B, theirs: A }, first!.subarray(0, 7))
  socket.write(Buffer.concat([first!.subarray(7), second!.subarray(0, 3)]))
  socket.write(second!.subarray(3))
  socket.end(third!)
  expect(await ended).toBe('the connection was closed')
  expect(messages).toEqual(['one', { two: 2 }, 'x'.repeat(1000)])
})

test.each<[string, (frames: Buffer[]) => Buffer[]]>([
  ['changed', ([a, b]) => [Buffer.concat([a!.subarray(0, 6), Buffer.of(a![6]! ^ 1), a!.subarray(7)]), b!]],
  ['left out', ([, b]) => [b!]],
  ['sent again', ([a]) => [a!, a!]],
  ['of another length', ([a, b]) => [Buffer.concat([a!.subarray(0, -1), b!])]],
])('a message that was %s breaks the connection', async (_, change) => {
  const frames = await written({ own: A, theirs: B }, ['one', 'two'])
  const [socket, other] = await sockets()
  const { messages, ended } = listen(other, { own: B, theirs: A })
  socket.write(Buffer.concat(change(frames)))
  expect(await ended).not.toBe('the connection was closed')
  expect(messages.length).toBeLessThan(2)
})

test('nobody makes us hold more than a little before he is trusted', async () => {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(1 << 20)
  const [socket, other] = await sockets()
  const { ended } = listen(other, { own: B, theirs: A })
  socket.write(head)
  expect(await ended).toBe('a message claims 1048576 bytes')
})
