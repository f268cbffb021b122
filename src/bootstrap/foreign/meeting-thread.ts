/**
 * The thread of a rank that no launcher started: it brings the rank to the meeting, and then stays for what
 * tsrun would do otherwise.
 *
 * A thread, because a program's place must be known when its import of tsmpi returns, without a top-level await
 * (with which nobody could `require` tsmpi): the program sleeps while the thread meets the others. And because
 * addresses are handed on and failures seen even while the programs compute.
 */

import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { type MessagePort, workerData } from 'node:worker_threads'
import type { ForeignStart } from './detect.ts'
import { ForeignHub, lossOf, whoIs } from './hub.ts'
import { join } from './join.ts'
import { type Arrived, meet } from './meet.ts'
import {
  Ending,
  Flag,
  type FromHub,
  type FromThread,
  type Guest,
  type Seat,
  type ToHub,
  type ToThread,
} from './messages.ts'
import { findMunge } from './munge.ts'
import { seatsOf } from './seats.ts'

export interface ThreadData {
  readonly start: ForeignStart
  readonly version: string
  readonly folder: string
  readonly limitMs: number
  readonly flags: Int32Array
  readonly port: MessagePort
}

/** A program that is told of an abort ends at once, unless it is busy with something synchronous. */
const ABORT_LIMIT_MS = 5000

const data = workerData as ThreadData
const { start, version, flags, port, limitMs } = data

process.on('uncaughtException', (error) => {
  tell({ t: 'noJob', why: `tsmpi's own thread has failed: ${error.stack}` })
  raise(Flag.READY, 1)
  flags[Flag.CODE] = 1
  raise(Flag.END, Ending.BAD)
})
raise(Flag.RUNS, 1)
void run()

async function run(): Promise<void> {
  try {
    // Only where a site relies on it are its keys the same on all hosts.
    const authority = start.id.startsWith('slurm-') ? await findMunge(process.getuid!()) : null
    const guest = describeGuest()
    const options = { start, version, authority, guest, limitMs }
    if (start.rank === 0) serve(await meet(options), guest)
    else follow(await join(options))
  } catch (error) {
    tell({ t: 'noJob', why: (error as Error).message })
    raise(Flag.READY, 1)
  }
}

function describeGuest(): Omit<Guest, 'address'> {
  const name = start.nodeName ?? hostname()
  const system = [
    () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
    // Sockets are files: who sees other files or another network is elsewhere.
    () => readlinkSync('/proc/self/ns/net'),
    () => readlinkSync('/proc/self/ns/mnt'),
  ].map((read) => {
    try {
      return read()
    } catch {
      return ''
    }
  })
  const hostKey = [name, ...system].join(' ')
  return { rank: start.rank, pid: process.pid, hostname: name, hostKey, folder: data.folder }
}

/** Rank 0: from now on it is the hub of the job. */
function serve({ others, address }: Awaited<ReturnType<typeof meet>>, own: Omit<Guest, 'address'>): void {
  const guests = [{ ...own, address }, ...others.map(({ guest }) => guest)]
  const seats = seatsOf(guests, {
    jobId: `${start.id}-${randomBytes(4).toString('hex')}`,
    secret: randomBytes(32).toString('hex'),
    address,
  })
  const hub = new ForeignHub(
    [
      { guest: own, line: { send: deliver } },
      ...others.map(({ guest, channel }) => ({ guest, line: channel })),
    ],
    {
      over(ending, code) {
        flags[Flag.CODE] = code
        raise(Flag.END, ending)
      },
    },
  )
  for (const arrived of others) attend(hub, arrived, seats[arrived.guest.rank]!)
  port.on('message', (message: ToThread) => {
    if (message.t !== 'heard?') hub.receive(0, message)
    else void hub.farewell().then(() => raise(Flag.HEARD, message.id))
  })
  begin(seats[0]!)
}

function attend(hub: ForeignHub, { guest, channel }: Arrived, seat: Seat): void {
  channel.onEnd = (why) => hub.markEnded(guest.rank, why)
  channel.onMessage = (message) => {
    if (message.t === 'heard?') channel.send({ t: 'heard', id: message.id })
    else if (message.t !== 'guest') hub.receive(guest.rank, message)
  }
  channel.send({ t: 'seat', seat })
}

/** Any other rank: hands on what its program says to rank 0, and back. */
function follow(channel: Awaited<ReturnType<typeof join>>): void {
  let seat: Seat | null = null
  let allFinished = false
  /** Nothing depends on rank 0 any more. */
  let hasParted = false
  let ended = false
  /** The highest id of `heard?`. */
  let asked = 0
  /** Ranks whose processes have ended, or might as well have. */
  const gone = new Set<number>([start.rank])
  const failures = new Map<number, string>()
  channel.onEnd = (why) => {
    ended = true
    // The program must not wait for an answer that cannot come any more.
    raise(Flag.HEARD, asked)
    if (hasParted) return
    if (seat === null) {
      tell({
        t: 'noJob',
        why: `rank ${start.rank} of ${start.size} came to the meeting, but rank 0 has ended: ${why}`,
      })
      raise(Flag.READY, 1)
      return
    }
    // Nobody will hear of anybody any more, and who waits would wait for ever.
    const reason = `${whoIs(seat.hub)}: ${lossOf(why)}`
    fail(0, reason)
    for (let rank = 1; rank < start.size; rank++) {
      fail(rank, `as far as can be told: rank 0 has failed (${failures.get(0) ?? reason})`)
    }
  }
  const fail = (rank: number, reason: string): void => {
    if (gone.has(rank)) return
    gone.add(rank)
    failures.set(rank, reason)
    deliver({ t: 'failed', rank, reason })
  }
  channel.onMessage = (message) => {
    switch (message.t) {
      case 'seat':
        seat = message.seat
        begin(seat)
        break
      case 'noJob':
        hasParted = true
        tell(message)
        raise(Flag.READY, 1)
        break
      case 'heard':
        raise(Flag.HEARD, message.id)
        break
      case 'failed':
        fail(message.rank, message.reason)
        break
      case 'over':
        hasParted ||= allFinished
        channel.send({ t: 'parted' })
        break
      default:
        if (message.t === 'left' || (message.t === 'finished' && message.left)) gone.add(message.rank)
        if (message.t === 'allFinished') allFinished = true
        deliver(message)
        if (message.t === 'aborted') channel.send({ t: 'parted' })
    }
  }
  port.on('message', (message: ToThread) => {
    if (message.t === 'heard?') asked = message.id
    if (message.t === 'heard?' && ended) raise(Flag.HEARD, asked)
    else channel.send(message satisfies ToHub)
  })
  channel.start()
}

/** The program may wake up: here is its place. */
function begin(seat: Seat): void {
  tell({ t: 'seat', seat })
  raise(Flag.READY, 1)
}

/** To this rank's own program. */
function deliver(message: FromHub): void {
  if (message.t === 'aborted') setTimeout(() => process.kill(process.pid, 'SIGKILL'), ABORT_LIMIT_MS)
  if (message.t !== 'heard' && message.t !== 'over') tell(message)
}

function tell(message: FromThread): void {
  port.postMessage(message)
}

function raise(flag: number, value: number): void {
  Atomics.store(flags, flag, value)
  Atomics.notify(flags, flag)
}
