/**
 * A process that is rank 1 of 2 over ZeroMQ (or rank 0, if the options say so), started with a role to play by
 * zmq-process.test.ts, which is rank 0 itself, or by zmq-cut.test.ts. The test hands the cards over through the
 * IPC channel of the process, which does not keep it alive.
 */

import type { Sink } from '../../src/transport/transport.ts'
import { ZmqTransport } from '../../src/transport/zmq/zmq.ts'
import { data, numbered } from './contract-data.ts'
import { Deferred } from './deferred.ts'

export type Message = { readonly card: string } | { readonly says: string }

const [, , dir, role, more] = process.argv
const say = (says: string) => process.send!({ says } satisfies Message)
const cardOfTest = new Deferred<string>()
process.on('message', (message: Message) => {
  if ('card' in message) cardOfTest.resolve(message.card)
})
process.channel!.unref()

const options = JSON.parse(more!)
const peer = 1 - (options.rank ?? 1)

const transport = new ZmqTransport({
  rank: 1,
  size: 2,
  jobId: 'test',
  endpoint: () => `ipc://${dir}/r1`,
  publish: (card) => process.send!({ card } satisfies Message),
  lookup: () => cardOfTest.promise,
  ...options,
})

let onFrame = () => {}
const sink: Sink = {
  onFrame: () => onFrame(),
  onReleased() {},
  onPeerGone(rank, reason) {
    say(`rank ${rank} is gone`)
    say(`reason: ${reason}`)
  },
  onFatal: (error) => say(`fatal: ${error.message}`),
}
transport.open(sink)
transport.want()
process.on('exit', () => say('exit'))

const frame = () =>
  new Promise<void>((resolve) => {
    onFrame = resolve
  })
const send = (i: number, length: number, borrow = false) =>
  transport.send(peer, numbered(i, length), data(length, i), borrow ? {} : null)

const roles: Record<string, () => Promise<void>> = {
  /** Answers one frame and has nothing more to do. */
  async 'answer and end'() {
    transport.hold()
    await frame()
    send(0, 100)
    await transport.flush()
    transport.release()
  },
  /** Stops waiting when nothing is on its way that would wake it. */
  async 'stop waiting'() {
    transport.hold()
    await frame()
    setTimeout(() => transport.release(), 50)
  },
  /** Exchanges a frame, and then waits for another. */
  async 'meet, then wait'() {
    transport.hold()
    send(0, 100)
    await frame()
    await transport.flush()
    say('met')
  },
  async 'send in vain'() {
    transport.hold()
    send(0, 100)
  },
  async 'wait for ever'() {
    transport.hold()
    say('waiting')
  },
  async 'send, flush and close'() {
    for (let i = 0; i < 60; i++) send(i, i * 5000, i % 2 === 0)
    await transport.flush()
    await transport.close()
    transport.hold()
  },
  async 'send, flush and end'() {
    for (let i = 0; i < 60; i++) send(i, i * 5000, i % 2 === 0)
    await transport.flush()
  },
  /** Three windows for a reader that does not read. */
  async 'send too much'() {
    for (let i = 0; i < 24; i++) send(i, 1 << 20, true)
    say('sent')
  },
  async 'send, then hang'() {
    for (let i = 0; i < 60; i++) send(i, i * 100)
    await transport.flush()
    say('hanging')
    setTimeout(() => {
      for (;;);
    })
  },
}

await roles[role!]!()
