/**
 * Rank 0 of a foreign job waits at a port until all others have come.
 *
 * Anybody can knock at that port: nobody unknown gets more than one short line and some seconds, there are
 * never many of them, and nobody waits for them. The port is closed once all ranks are there.
 */

import { createServer, type Server, type Socket } from 'node:net'
import { BootstrapError } from '../../errors.ts'
import { bindAddress, isLoopback, plainAddress } from './addresses.ts'
import type { ForeignStart } from './detect.ts'
import { type Answer, type Hello, helloText, KeyPair, readHello, readLine, welcomeText } from './greeting.ts'
import type { FromHub, Guest, ToHub } from './messages.ts'
import type { Authority } from './munge.ts'
import { foreignUser } from './peer-user.ts'
import { SealedChannel } from './sealed-channel.ts'

/** The hello comes with the connection, but the network may lose it once or twice. */
const HELLO_LIMIT_MS = 5000
/** From the hello to the guest's own message: munge is asked on both sides. */
const GUEST_LIMIT_MS = 20_000
/** More connections than ranks, of which nobody knows yet what they are. */
const SPARE_CONNECTIONS = 64
/** So many different refusals are worth telling. */
const MAX_NOTES = 5

export type ToRank = SealedChannel<FromHub, ToHub>

/** Another rank that has come. */
export interface Arrived {
  readonly guest: Guest
  readonly channel: ToRank
}

export interface MeetOptions {
  readonly start: ForeignStart
  readonly version: string
  readonly authority: Authority | null
  readonly guest: Omit<Guest, 'address'>
  readonly limitMs: number
}

export interface Gathered {
  readonly others: readonly Arrived[]
  /** This host's address as the others reach it. */
  readonly address: string
}

/** All other ranks. */
export async function meet(options: MeetOptions): Promise<Gathered> {
  const meeting = new Meeting(options)
  const server = createServer((socket) => meeting.receive(socket))
  // Of failing accepts: the process has too many files open, and who is not served comes again.
  await listen(server, options.start, await bindAddress(options.start))
  server.on('error', () => {})
  const { address, port } = server.address() as { address: string; port: number }
  try {
    return await meeting.complete(
      options.limitMs,
      `${address === '::' ? 'all addresses' : address} port ${port}`,
    )
  } finally {
    server.close()
    meeting.dismissStrangers()
  }
}

class Meeting {
  readonly #options: MeetOptions
  readonly #arrived = new Map<number, Arrived>()
  /** In the order in which they came. */
  readonly #strangers = new Set<Socket>()
  readonly #notes = new Set<string>()
  #done: () => void = () => {}

  constructor(options: MeetOptions) {
    this.#options = options
  }

  receive(socket: Socket): void {
    // Whatever happens to it, the connection ends, and that is seen elsewhere.
    socket.on('error', () => {})
    this.#strangers.add(socket)
    socket.once('close', () => this.#strangers.delete(socket))
    const { size } = this.#options.start
    if (this.#strangers.size > size + SPARE_CONNECTIONS) {
      const [oldest] = this.#strangers
      oldest!.destroy()
    }
    this.#greet(socket).catch(() => socket.destroy())
  }

  dismissStrangers(): void {
    for (const socket of this.#strangers) socket.destroy()
  }

  async complete(limitMs: number, where: string): Promise<Gathered> {
    const { size } = this.#options.start
    const all = new Promise<void>((resolve) => {
      this.#done = resolve
    })
    let timer: NodeJS.Timeout | null = null
    const tooLate = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), limitMs)
    })
    if ((await Promise.race([all, tooLate])) === 'late') {
      const why = this.#describeMissing(where)
      await Promise.all([...this.#arrived.values()].map((one) => sendAway(one.channel, why)))
      throw new BootstrapError(why)
    }
    clearTimeout(timer!)
    const others = Array.from({ length: size - 1 }, (_, i) => this.#arrived.get(i + 1)!)
    return { others, address: addressTowards(others, this.#options.guest.hostKey) }
  }

  async #greet(socket: Socket): Promise<void> {
    const { start, authority } = this.#options
    const { line, rest } = await readLine(socket, HELLO_LIMIT_MS)
    const limit = setTimeout(() => socket.destroy(), GUEST_LIMIT_MS)
    socket.once('close', () => clearTimeout(limit))
    const hello = readHello(line)
    if (hello === null) throw new Error('no hello')
    const refusal = await this.#refusal(hello, socket)
    if (refusal !== null) {
      socket.end(`${JSON.stringify(refusal)}\n`)
      return
    }
    const pair = new KeyPair()
    const key = pair.public
    const credential = authority && (await authority.certify(welcomeText(start.id, key, line)))
    const answer = JSON.stringify({ tsmpi: 'welcome', key, credential } satisfies Answer)
    const channel: ToRank = new SealedChannel(socket, pair.agree(hello.key, line, answer, false), rest)
    channel.onEnd = () => socket.destroy()
    channel.onMessage = (message) => {
      const other = this.#arrived.get(hello.rank)?.guest
      if (message.t !== 'guest' || message.guest.rank !== hello.rank) socket.destroy()
      // It has come while both were being greeted.
      else if (other) void sendAway(channel, `cannot join job ${start.id}: ${thereAlready(other)}`)
      else {
        clearTimeout(limit)
        this.#take({ guest: message.guest, channel })
      }
    }
    channel.start()
    socket.write(`${answer}\n`)
  }

  /** Null: welcome. */
  async #refusal(hello: Hello, socket: Socket): Promise<Answer | null> {
    const { start, version, authority } = this.#options
    const no = (why: string, isFinal = false): Answer => ({ tsmpi: 'no', why, isFinal })
    if (hello.id !== start.id) return no(`that is rank 0 of another job (${start.id})`)
    const problem = authority === null ? foreignUser(socket) : await prove(hello, authority)
    if (problem !== null) return this.#note(hello, no(problem))
    const { rank, size } = hello
    if (hello.version !== version) {
      return this.#note(hello, no(`rank 0 has tsmpi ${version} and this rank ${hello.version}`, true))
    }
    if (size !== start.size || rank < 1 || rank >= size) {
      return this.#note(
        hello,
        no(`rank 0 is one of ${start.size}, but this is rank ${rank} of ${size}`, true),
      )
    }
    const other = this.#arrived.get(rank)?.guest
    return other ? this.#note(hello, no(thereAlready(other))) : null
  }

  #note(hello: Hello, answer: Answer): Answer {
    const why = answer.tsmpi === 'no' ? answer.why : ''
    if (this.#notes.size < MAX_NOTES) this.#notes.add(`rank ${hello.rank} was turned away: ${why}`)
    return answer
  }

  #take(arrived: Arrived): void {
    const { rank } = arrived.guest
    this.#arrived.set(rank, arrived)
    this.#strangers.delete(arrived.channel.socket)
    arrived.channel.trust()
    // It may come again, or be missing at the end.
    arrived.channel.onEnd = () => this.#arrived.delete(rank)
    arrived.channel.onMessage = () => {}
    if (this.#arrived.size === this.#options.start.size - 1) this.#done()
  }

  #describeMissing(where: string): string {
    const { start, guest, limitMs } = this.#options
    const missing: number[] = []
    for (let rank = 1; rank < start.size; rank++) if (!this.#arrived.has(rank)) missing.push(rank)
    const names = missing.length > 20 ? `${missing.slice(0, 20).join(', ')}, ...` : missing.join(', ')
    const notes = [...this.#notes].map((note) => ` (${note})`).join('')
    return (
      `job ${start.id} cannot begin: within ${limitMs / 1000} s, ${missing.length} of ${start.size} ranks have not ` +
      `come to rank 0 on ${guest.hostname}, ${where}. Missing: ${missing.length === 1 ? 'rank' : 'ranks'} ` +
      `${names}${notes}. Check that they were started and import tsmpi, and that their hosts reach this one; ` +
      'TSMPI_LAUNCH_TIMEOUT, in seconds, makes it wait longer'
    )
  }
}

function thereAlready({ rank, pid, hostname }: Guest): string {
  return `rank ${rank} is there already: pid ${pid} on ${hostname}`
}

/** Says why there is no job; resolves when that is on its way, for this process is about to end. */
function sendAway(channel: ToRank, why: string): Promise<void> {
  return new Promise((resolve) => {
    channel.onEnd = () => resolve()
    channel.send({ t: 'noJob', why }, () => channel.socket.end(resolve))
  })
}

async function prove(hello: Hello, authority: Authority): Promise<string | null> {
  if (hello.credential === null) return 'it has no munge credential: let munged run on its host'
  try {
    const text = await authority.open(hello.credential)
    return text === helloText(hello) ? null : 'its munge credential belongs to something else'
  } catch (error) {
    return (error as Error).message
  }
}

/** What the ranks of other hosts have connected to; a loopback address only where there is nothing else. */
function addressTowards(others: readonly Arrived[], hostKey: string): string {
  const addresses = others
    .filter(({ guest }) => guest.hostKey !== hostKey)
    .map(({ channel }) => plainAddress(channel.socket.localAddress ?? ''))
  return addresses.find((address) => !isLoopback(address)) ?? addresses[0] ?? '127.0.0.1'
}

async function listen(server: Server, { ports, meeting }: ForeignStart, host: string): Promise<void> {
  let problem: Error | null = null
  for (const port of ports) {
    // Where a system has no IPv6, any address is any of IPv4.
    for (const address of host === '::' ? ['::', '0.0.0.0'] : [host]) {
      try {
        await listenAt(server, address, port)
        return
      } catch (error) {
        problem = error as Error
        if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') break
      }
    }
  }
  const cure =
    meeting.kind === 'master'
      ? 'choose another MASTER_PORT, and as MASTER_ADDR an address of this host'
      : 'other programs hold these ports'
  throw new BootstrapError(`rank 0 cannot wait for the other ranks: ${problem?.message}; ${cure}`)
}

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void) => () => {
      server.off('error', onError).off('listening', onListening)
      how()
    }
    let failure: Error
    const failed = settle(() => reject(failure))
    const onError = (error: Error): void => {
      failure = error
      failed()
    }
    const onListening = settle(resolve)
    server.on('error', onError).on('listening', onListening)
    server.listen({ host, port, backlog: 1024 })
  })
}
