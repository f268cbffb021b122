/** Asks whether a machine is still there, for a report that can say more than "connection lost". */

import { connect } from 'node:net'

/** `open`: somebody listens; `refused`: nobody does, but the machine says so; `silent`: nothing comes back. */
export type Found = 'open' | 'refused' | 'silent'

/** What the own system says when nobody else does. */
const SILENCE = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'])

/** Knocks at a tcp endpoint of ZeroMQ. */
export function probe(endpoint: string, timeoutMs: number): Promise<Found> {
  const { host, port } = addressOf(endpoint)
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (found: Found) => {
      socket.destroy()
      resolve(found)
    }
    socket.setTimeout(timeoutMs, () => end('silent'))
    socket.on('connect', () => end('open'))
    // Anything else, such as a reset, was sent by the machine.
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      end(SILENCE.has(code ?? '') ? 'silent' : 'refused'),
    )
  })
}

/** `tcp://[fd00::7]:4711` in two. */
function addressOf(endpoint: string): { host: string; port: number } {
  const colon = endpoint.lastIndexOf(':')
  const host = endpoint.slice('tcp://'.length, colon).replace(/^\[(.*)\]$/, '$1')
  return { host, port: Number(endpoint.slice(colon + 1)) }
}
