/** How the ranks come together, and who does not: rank 0 and the others in this one process. */

import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { ForeignStart } from '../../../src/bootstrap/foreign/detect.ts'
import { type JoinOptions, join, type ToRankZero } from '../../../src/bootstrap/foreign/join.ts'
import { type Gathered, type MeetOptions, meet } from '../../../src/bootstrap/foreign/meet.ts'
import type { FromHub } from '../../../src/bootstrap/foreign/messages.ts'
import type { Authority } from '../../../src/bootstrap/foreign/munge.ts'
import { ownLoopback } from './started.ts'

const PORT = 29_500
/** How long a rank looks for rank 0 that is there and does not take it: several times at least. */
const LOOK_MS = 1500

interface Setup {
  readonly address: string
  start(rank: number, size: number): ForeignStart
}

function setup(id = 'master-test'): Setup {
  const address = ownLoopback()
  return {
    address,
    start: (rank, size) => ({
      id,
      rank,
      size,
      meeting: { kind: 'master', address },
      ports: [PORT],
      nodeName: null,
    }),
  }
}

function options(start: ForeignStart, more: Partial<MeetOptions> = {}): MeetOptions & JoinOptions {
  const { rank } = start
  const guest = { rank, pid: 100 + rank, hostname: 'here', hostKey: 'here', folder: `/folder/${rank}` }
  return { start, version: '1', authority: null, guest, limitMs: 20_000, ...more }
}

/** Rank 0, whose connections are closed after the test. */
function meeting(start: ForeignStart, more?: Partial<MeetOptions>): Promise<Gathered> {
  const met = meet(options(start, more))
  onTestFinished(() =>
    met.then(
      ({ others }) => {
        for (const { channel } of others) channel.close()
      },
      () => {},
    ),
  )
  met.catch(() => {})
  return met
}

async function joining(start: ForeignStart, more?: Partial<JoinOptions>): Promise<ToRankZero> {
  const channel = await join(options(start, more))
  onTestFinished(() => channel.close())
  return channel
}

/** A connection to the port of the meeting, as soon as it is open, and what is said there. */
async function stranger(address: string): Promise<{ socket: Socket; closed: Promise<string> }> {
  for (;;) {
    const socket = connect(PORT, address)
    onTestFinished(() => void socket.destroy())
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    if (!isOpen) continue
    let said = ''
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        said += chunk
      })
    return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve(said))) }
  }
}

/** munge as a site has it: `open` refuses what another user has certified. */
function site(user: number): Authority {
  return {
    certify: (text) => Promise.resolve(JSON.stringify({ user, text })),
    open(credential) {
      const { user: maker, text } = JSON.parse(credential) as { user: number; text: string }
      if (maker !== user) return Promise.reject(new Error(`the credential is of another user (uid ${maker})`))
      return Promise.resolve(text)
    },
  }
}

test('all come, are known by rank, and hear from rank 0', async () => {
  const { address, start } = setup()
  const met = meeting(start(0, 4))
  const channels = await Promise.all([3, 1, 2].map((rank) => joining(start(rank, 4))))
  const gathered = await met
  expect(gathered.address).toBe('127.0.0.1')
  expect(gathered.others.map(({ guest }) => guest.rank)).toEqual([1, 2, 3])
  expect(gathered.others[0]!.guest.folder).toBe('/folder/1')
  expect(gathered.others[0]!.guest.address).toMatch(/^127\./)
  const heard = channels.map(
    (channel) =>
      new Promise<FromHub>((resolve) => {
        channel.onMessage = resolve
        channel.start()
      }),
  )
  for (const { channel, guest } of gathered.others) channel.send({ t: 'heard', id: guest.rank })
  expect(await Promise.all(heard)).toEqual([3, 1, 2].map((id) => ({ t: 'heard', id })))
  // The port is closed.
  const late = connect(PORT, address)
  await new Promise((resolve) => late.once('error', resolve))
})

test('ranks on other hosts tell the address at which rank 0 is reached', async () => {
  const { address, start } = setup()
  const met = meeting(start(0, 2))
  const one = options(start(1, 2))
  await joining(start(1, 2), { guest: { ...one.guest, hostKey: 'there' } })
  expect((await met).address).toBe(address)
})

test('strangers are dropped and delay nobody', async () => {
  const { address, start } = setup()
  const met = meeting(start(0, 2))
  const rubbish = await stranger(address)
  rubbish.socket.write('GET / HTTP/1.1\r\n\r\n')
  const endless = await stranger(address)
  endless.socket.write(Buffer.alloc(1 << 20, 'x'))
  const silent = await stranger(address)
  const gone = await stranger(address)
  gone.socket.destroy()
  const numbers = await stranger(address)
  numbers.socket.write('[1,2,3]\n')
  const badKey = await stranger(address)
  const hello = {
    tsmpi: 'hello',
    version: '1',
    id: 'master-test',
    rank: 1,
    size: 2,
    key: 'AAAA',
    credential: null,
  }
  badKey.socket.write(`${JSON.stringify(hello)}\n`)
  expect(await Promise.all([rubbish, endless, numbers, badKey].map(({ closed }) => closed))).toEqual([
    '',
    '',
    '',
    '',
  ])
  await joining(start(1, 2))
  expect((await met).others).toHaveLength(1)
  expect(await silent.closed).toBe('')
})

test('many silent strangers leave room for the ranks', async () => {
  const { address, start } = setup()
  const met = meeting(start(0, 2))
  const crowd = await Promise.all(Array.from({ length: 200 }, () => stranger(address)))
  await joining(start(1, 2))
  expect((await met).others).toHaveLength(1)
  await Promise.all(crowd.map(({ closed }) => closed))
})

test('who says hello and cannot go on with the agreed key is no rank', async () => {
  const { address, start } = setup()
  const met = meeting(start(0, 2))
  const { socket, closed } = await stranger(address)
  // A public key, but the sender does not know what belongs to it.
  const key = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), Buffer.alloc(32, 9)])
  const hello = { tsmpi: 'hello', version: '1', id: 'master-test', rank: 1, size: 2, credential: null }
  socket.write(`${JSON.stringify({ ...hello, key: key.toString('base64') })}\n`)
  const sealed = Buffer.alloc(64, 1)
  sealed.writeUInt32LE(60)
  socket.once('data', () => socket.write(sealed))
  expect(await closed).toContain('welcome')
  await joining(start(1, 2))
  expect((await met).others).toHaveLength(1)
})

test('a rank of another job is told so, and looks on until its own is there', async () => {
  const { address, start } = setup('slurm-1.0')
  const met = meeting(start(0, 2))
  await stranger(address)
  const other = join(options({ ...start(1, 2), id: 'slurm-2.0' }, { limitMs: LOOK_MS }))
  await expect(other).rejects.toThrow(/that is rank 0 of another job \(slurm-1.0\)/)
  await joining(start(1, 2))
  await met
})

test('another version, or another size, is an error at once', async () => {
  const { start } = setup()
  const met = meeting(start(0, 3), { limitMs: 5000 })
  await expect(join(options(start(1, 3), { version: '2' }))).rejects.toThrow(
    'rank 0 has tsmpi 1 and this rank 2',
  )
  await expect(join(options(start(1, 2)))).rejects.toThrow('rank 0 is one of 3, but this is rank 1 of 2')
  await joining(start(1, 3))
  await joining(start(2, 3))
  await met
})

test('rank 0 tells who is missing and who was turned away, also to those that came', async () => {
  const { address, start } = setup()
  const met = meeting(start(0, 4), { limitMs: 3000 })
  const channel = await joining(start(2, 4))
  const said = new Promise<FromHub>((resolve) => {
    channel.onMessage = resolve
    channel.start()
  })
  await expect(join(options(start(3, 4), { version: '2' }))).rejects.toThrow('rank 0 has tsmpi 1')
  const why =
    'job master-test cannot begin: within 3 s, 2 of 4 ranks have not come to rank 0 on here, ' +
    `${address} port ${PORT}. Missing: ranks 1, 3 (rank 3 was turned away: rank 0 has tsmpi 1 and this rank 2). `
  await expect(met).rejects.toThrow(why)
  expect(await said).toMatchObject({ t: 'noJob', why: expect.stringContaining(why) })
})

test('a rank that goes away before the job begins may come again', async () => {
  const { start } = setup()
  const met = meeting(start(0, 3))
  const first = await joining(start(1, 3))
  first.close()
  // Turned away as long as rank 0 has not seen the end of the first.
  await joining(start(1, 3))
  await joining(start(2, 3))
  expect((await met).others).toHaveLength(2)
})

test('with munge, both sides prove who they are', async () => {
  const { address, start } = setup('slurm-1.0')
  const met = meeting(start(0, 2), { authority: site(1000) })
  await stranger(address)
  const short = { limitMs: LOOK_MS }
  await expect(join(options(start(1, 2), { ...short, authority: site(1001) }))).rejects.toThrow(
    'the credential is of another user (uid 1001)',
  )
  await expect(join(options(start(1, 2), short))).rejects.toThrow('it has no munge credential')
  const copied = { ...site(1000), certify: () => site(1000).certify('tsmpi rank 1 of slurm-1.0 with key x') }
  await expect(join(options(start(1, 2), { ...short, authority: copied }))).rejects.toThrow(
    'its munge credential belongs to something else',
  )
  await joining(start(1, 2), { authority: site(1000) })
  expect((await met).others).toHaveLength(1)
})

test('a rank with munge does not trust a rank 0 without', async () => {
  const { address, start } = setup('slurm-1.0')
  const met = meeting(start(0, 2), { limitMs: 2 * LOOK_MS })
  await stranger(address)
  const more = { limitMs: LOOK_MS, authority: site(1000) }
  await expect(join(options(start(1, 2), more))).rejects.toThrow('rank 0 has no munge credential')
  await expect(met).rejects.toThrow('Missing: rank 1')
})

test('nor one whose credential was made for somebody else', async () => {
  const { address, start } = setup('slurm-1.0')
  const certify = () => site(1000).certify('tsmpi rank 0 of slurm-1.0 with key x to y')
  const met = meeting(start(0, 2), { limitMs: 2 * LOOK_MS, authority: { ...site(1000), certify } })
  await stranger(address)
  const more = { limitMs: LOOK_MS, authority: site(1000) }
  await expect(join(options(start(1, 2), more))).rejects.toThrow(
    'the munge credential of rank 0 belongs to another connection',
  )
  await expect(met).rejects.toThrow('Missing: rank 1')
})
