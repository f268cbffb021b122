/**
 * The agent program: what tsrun starts on another host, over ssh or the like, to run the ranks there.
 *
 * This file loads nothing and is plain enough for any Node, so that one too old can still say what it is.
 */

import { version } from '../../version.ts'
import type { FromAgent } from './messages.ts'

if (typeof process.getBuiltinModule === 'function') {
  // No await here: there are Nodes that do not know it outside functions.
  void import('./serve.ts').then(({ serve }) => serve())
} else {
  greet()
}

/** Says which Node this is, and no more. The same bytes as messages.ts and frames.ts make. */
function greet(): void {
  const greeting: FromAgent = { t: 'greeting', version, node: process.version }
  const json = JSON.stringify(greeting)
  const head = Buffer.alloc(5)
  head.writeUInt32LE(Buffer.byteLength(json), 0)
  head[4] = 1
  process.stdout.write(Buffer.concat([Buffer.from('\n*tsmpi-agent*\n'), head, Buffer.from(`${json}\n`)]))
}
