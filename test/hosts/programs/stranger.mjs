// Knocks at a port where it has no business: stranger.mjs ADDRESS PORT. Prints what became of each attempt, holds
// what it has got open until its input ends, and never says more than it may.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import * as zmq from 'zeromq'

const [address, port] = process.argv.slice(2)

/** Rubbish, silence, half a greeting, and the greeting of a peer with rubbish behind it. */
const GREETING = Buffer.concat([
  Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]),
  Buffer.from('NULL'.padEnd(20, '\0')),
  Buffer.alloc(32),
])
const CURVE_GREETING = Buffer.concat([
  GREETING.subarray(0, 12),
  Buffer.from('CURVE'.padEnd(20, '\0')),
  Buffer.alloc(32),
])
for (const bytes of [
  randomBytes(100_000),
  Buffer.alloc(0),
  GREETING.subarray(0, 20),
  Buffer.concat([GREETING, randomBytes(50_000)]),
  Buffer.concat([CURVE_GREETING, Buffer.from([4, 200]), Buffer.from('\x05HELLO'), randomBytes(194)]),
  Buffer.concat([GREETING, Buffer.from([2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])]),
]) {
  const socket = connect(Number(port), address)
  socket.on('error', () => {})
  socket.write(bytes)
}
// More than wait in a backlog.
for (let i = 0; i < 200; i++) connect(Number(port), address).on('error', () => {})

/** A socket that nobody holds is closed. */
const sockets = []
const { publicKey, secretKey } = zmq.curveKeyPair()
for (const options of [
  {},
  { curveServerKey: zmq.curveKeyPair().publicKey, curvePublicKey: publicKey, curveSecretKey: secretKey },
]) {
  for (const Socket of [zmq.Dealer, zmq.Push, zmq.Router, zmq.Request]) {
    for (const routingId of [undefined, '0', '1', '\0\0\0\0']) {
      const socket = new Socket({
        ...options,
        linger: 0,
        ...(routingId && Socket !== zmq.Push ? { routingId } : {}),
      })
      socket.connect(`tcp://${address}:${port}`)
      if (Socket !== zmq.Router) socket.send(Buffer.alloc(64)).catch(() => {})
      sockets.push(socket)
    }
  }
}
console.log('knocking')
process.stdin.resume().on('end', () => process.exit(sockets.length > 0 ? 0 : 1))
