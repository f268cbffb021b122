/** A rank other than 0 looks for rank 0 until it has found it, and comes to the meeting. */

import { connect, type Socket } from 'node:net'
import { BootstrapError } from '../../errors.ts'
import { addressesOfMeeting, plainAddress } from './addresses.ts'
import type { ForeignStart } from './detect.ts'
import { type Hello, helloText, KeyPair, readAnswer, readLine, welcomeText } from './greeting.ts'
import type { FromHub, Guest, ToHub } from './messages.ts'
import type { Authority } from './munge.ts'
import { foreignUser } from './peer-user.ts'
import { SealedChannel } from './sealed-channel.ts'

const CONNECT_LIMIT_MS = 3000
const ANSWER_LIMIT_MS = 10_000
/** Rank 0 may start later than the others: it is looked for again after a pause, which grows. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500

export type ToRankZero = SealedChannel<ToHub, FromHub>

export interface JoinOptions {
  readonly start: ForeignStart
  readonly version: string
  readonly authority: Authority | null
  /** What to tell of this rank; the address is found on the way. */
  readonly guest: Omit<Guest, 'address'>
  readonly limitMs: number
}

/** Nobody will be welcome at this meeting who comes again. */
class FinalRefusal extends Error {}

/** The connection to rank 0, which will send a seat or `noJob`. */
export async function join(options: JoinOptions): Promise<ToRankZero> {
  const { start, guest, limitMs } = options
  const deadlineMs = performance.now() + limitMs
  let problem = ''
  const failure = (): BootstrapError => new BootstrapError(describeFailure(start, guest, limitMs, problem))
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const addresses = await addressesOfMeeting(start)
    if (addresses.length === 0) problem = 'that name has no address'
    // Whoever refuses a connection or does not know this job is not rank 0, and tells less than whoever does.
    let weight = 0
    for (const port of start.ports) {
      for (const address of addresses) {
        // Once it has been tried at all, also by a process that is slow to start.
        if (problem !== '' && performance.now() > deadlineMs) throw failure()
        try {
          return await meetAt(address, port, options)
        } catch (error) {
          const isRefused = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
          if (weight === 0 || !isRefused) problem = `${address} port ${port}: ${(error as Error).message}`
          if (!isRefused) weight = 1
          if (error instanceof FinalRefusal) throw failure()
        }
      }
    }
    if (performance.now() + pauseMs > deadlineMs) throw failure()
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

async function meetAt(address: string, port: number, options: JoinOptions): Promise<ToRankZero> {
  const socket = await open(address, port)
  try {
    return await greet(socket, options)
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function greet(socket: Socket, { start, version, authority, guest }: JoinOptions): Promise<ToRankZero> {
  const { id, rank, size } = start
  const pair = new KeyPair()
  const key = pair.public
  const credential = authority && (await authority.certify(helloText({ id, rank, key })))
  const hello = JSON.stringify({ tsmpi: 'hello', version, id, rank, size, key, credential } satisfies Hello)
  socket.write(`${hello}\n`)
  const { line, rest } = await readLine(socket, ANSWER_LIMIT_MS)
  const answer = readAnswer(line)
  if (answer === null) throw new Error('something else than tsmpi answers there')
  const otherUser = authority === null ? foreignUser(socket) : null
  if (otherUser !== null) throw new Error(otherUser)
  if (answer.tsmpi === 'no') {
    // Without munge nobody can tell who says so, but then he could do worse.
    if (answer.isFinal && authority === null) throw new FinalRefusal(answer.why)
    throw new Error(answer.why)
  }
  if (authority !== null) {
    if (answer.credential === null) {
      throw new Error(
        'rank 0 has no munge credential, and this host has munge: let munged run on both or none',
      )
    }
    if ((await authority.open(answer.credential)) !== welcomeText(id, answer.key, hello)) {
      throw new Error('the munge credential of rank 0 belongs to another connection')
    }
  }
  const keys = pair.agree(answer.key, hello, line, true)
  const channel: ToRankZero = new SealedChannel(socket, keys, rest)
  channel.trust()
  channel.send({ t: 'guest', guest: { ...guest, address: plainAddress(socket.localAddress ?? '') } })
  return channel
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    const settle = (error: Error | null): void => {
      clearTimeout(limit)
      socket.off('connect', onConnect).off('error', settle)
      if (error === null) resolve(socket)
      else reject(error)
    }
    const onConnect = (): void => settle(null)
    const limit = setTimeout(() => {
      // Nobody listens to this socket any more, and an error without a listener would be thrown.
      socket.on('error', () => {})
      socket.destroy()
      settle(new Error('no answer to the connection'))
    }, CONNECT_LIMIT_MS)
    socket.on('connect', onConnect).on('error', settle)
  })
}

function describeFailure(
  { rank, size, meeting, ports, id }: ForeignStart,
  { hostname }: Omit<Guest, 'address'>,
  limitMs: number,
  problem: string,
): string {
  const where = meeting.kind === 'master' ? meeting.address : meeting.node
  const cure =
    meeting.kind === 'master'
      ? 'Check that rank 0 runs at MASTER_ADDR and that MASTER_PORT is the same, and open, for all ranks'
      : 'Check that rank 0 was started too and that the nodes reach each other at these ports'
  return (
    `rank ${rank} of ${size} on ${hostname} cannot join job ${id}: rank 0 was not found at ${where} port ` +
    `${ports.join(', ')} within ${limitMs / 1000} s (${problem}). ${cure}; ` +
    'TSMPI_LAUNCH_TIMEOUT, in seconds, makes it wait longer'
  )
}
