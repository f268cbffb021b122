/** How a rank says where it can be reached, and how it introduces itself on a new connection. */

import { BootstrapError } from '../../errors.ts'
import { HEAD_BYTES, MessageKind, writeHead } from './wire.ts'

/** What travels through the launcher, as JSON so that it can grow. */
export interface Card {
  /** For ranks of the same host. */
  readonly endpoint: string
  /** For those of others; missing in a job of one host. */
  readonly tcp?: string
  /** As error messages call its host. */
  readonly host?: string
}

export function writeCard(card: Card): string {
  return JSON.stringify(card)
}

export function readCard(text: string, rank: number): Card {
  const card = parse(text)
  if (typeof card?.endpoint !== 'string') {
    throw new BootstrapError(`rank ${rank} published an address that cannot be read: ${text}`)
  }
  return card as unknown as Card
}

export interface Hello {
  readonly job: string
  readonly rank: number
  /** The sender's own card, so that answering it takes no question to the launcher. */
  readonly card: string
  /** That the sender knows the secret of the job, if it has one. */
  readonly proof?: string
}

export function writeHello(hello: Hello): Uint8Array {
  const text = Buffer.from(JSON.stringify(hello))
  const bytes = new Uint8Array(HEAD_BYTES + text.length)
  writeHead(new DataView(bytes.buffer), {
    kind: MessageKind.HELLO,
    flags: 0,
    sequence: 0,
    taken: 0,
    takenFrames: 0,
  })
  bytes.set(text, HEAD_BYTES)
  return bytes
}

/** Null if it is none. */
export function readHello(message: Uint8Array): Hello | null {
  const hello = parse(Buffer.from(message.subarray(HEAD_BYTES)).toString())
  const sound =
    typeof hello?.job === 'string' && typeof hello.rank === 'number' && typeof hello.card === 'string'
  return sound ? (hello as unknown as Hello) : null
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
