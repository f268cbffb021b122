// Knocks at a port with all that a stranger may have come to know: knowing-stranger.mjs ADDRESS PORT KNOWLEDGE, where
// KNOWLEDGE is JSON: public keys of ranks, names under which ranks connect, messages (base64). Begins new connections
// and keeps the old ones, until its input ends or there are hundreds; says how many have been refused, and let in.
import { setTimeout as sleep } from 'node:timers/promises'
import * as zmq from 'zeromq'

const MOST_SOCKETS = 600
const PER_WAVE = 30

const [address, port, text] = process.argv.slice(2)
const { serverKeys, names, messages } = JSON.parse(text)
zmq.context.maxSockets = 4 * MOST_SOCKETS + 16

let isOver = false
process.stdin.resume().on('end', () => {
  isOver = true
})

/** A socket that nobody holds is closed. */
const sockets = []
let refused = 0
let letIn = 0

/** Every name under every key; never the same key pair twice. */
function knock(number) {
  const name = names[number % names.length]
  const serverKey = serverKeys[Math.floor(number / names.length) % serverKeys.length]
  const { publicKey, secretKey } = zmq.curveKeyPair()
  const socket = new zmq.Dealer({
    linger: 0,
    ...(name && { routingId: name }),
    ...(serverKey && {
      curveServerKey: serverKey,
      curvePublicKey: publicKey,
      curveSecretKey: secretKey,
    }),
  })
  socket.events.on('handshake:error:auth', () => refused++)
  socket.events.on('handshake', () => letIn++)
  socket.connect(`tcp://${address}:${port}`)
  sockets.push(socket)
  void sendAll(socket)
}

async function sendAll(socket) {
  for (const message of messages) await socket.send(Buffer.from(message, 'base64')).catch(() => {})
}

while (!isOver) {
  for (let i = 0; i < PER_WAVE && sockets.length < MOST_SOCKETS; i++) knock(sockets.length)
  console.log(`knocked ${sockets.length}, refused ${refused}, let in ${letIn}`)
  await sleep(100)
}
process.exit(0)
