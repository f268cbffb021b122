import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { foreignUser, userOf } from '../../../src/bootstrap/foreign/peer-user.ts'

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0000000000000000
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1001        0 2 1 0000000000000000
   2: 0700000A:C350 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000
`
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000100007F:C350 0000000000000000FFFF00000100007F:1F90 01 00000000:00000000 00:00000000 00000000  1002        0 3 1 0000000000000000
   1: 000000FD00000000000000000100AB12:0050 00000000000000000000000001000000:0051 01 00000000:00000000 00:00000000 00000000  1003        0 4 1 0000000000000000
`

const at = (address: string, port: number) => ({ address, port })

test.each([
  [at('127.0.0.1', 8080), at('127.0.0.1', 50000), 1001],
  [at('127.0.0.1', 50000), at('127.0.0.1', 8080), 1002],
  [at('fd00::12ab:1', 80), at('::1', 81), 1003],
  [at('10.0.0.7', 50000), at('127.0.0.1', 8080), null], // closed already
  [at('127.0.0.1', 1), at('127.0.0.1', 2), null],
])('%o connected to %o belongs to %o', (local, remote, uid) => {
  expect(userOf(TCP, local, remote) ?? userOf(TCP6, local, remote)).toBe(uid)
})

test.each(['127.0.0.1', '::1', '::'])(
  'who is at the other end is known on both sides, at %s',
  async (host) => {
    const server = createServer()
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
    const { port } = server.address() as { port: number }
    const socket = connect(port, host === '::' ? '127.0.0.1' : host)
    const other = await accepted
    if (socket.connecting) await new Promise((resolve) => socket.once('connect', resolve))
    onTestFinished(() => void other.destroy())
    expect([foreignUser(socket), foreignUser(other)]).toEqual([null, null])
    // To another user they are of another user.
    const { getuid } = process
    onTestFinished(() => {
      process.getuid = getuid
    })
    process.getuid = () => 54_321
    const uid = getuid!()
    const text = `a process of another user is there (uid ${uid})`
    expect([foreignUser(socket), foreignUser(other)]).toEqual([text, text])
  },
)
