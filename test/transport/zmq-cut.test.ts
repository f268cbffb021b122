/** Two processes on two hosts, which are network namespaces: only there can a link be cut, or an address be silent. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readCard, writeCard } from '../../src/transport/zmq/card.ts'
import { Deferred } from './deferred.ts'
import type { Message } from './zmq-rank.ts'
import { overTcp, SECRET } from './zmq-ranks.ts'

const name = (rank: number) => `tsmpi-${process.pid}-${rank}`
const address = (rank: number) => `10.94.0.${rank + 1}`
const ip = (...words: string[]) => execFileSync('ip', words, { stdio: 'pipe' })
const inside = (rank: number, ...words: string[]) => ip('-n', name(rank), ...words)

/** Whether this process may make namespaces. */
function canMakeHosts(): boolean {
  try {
    ip('netns', 'add', name(9))
    ip('netns', 'delete', name(9))
    return true
  } catch {
    return false
  }
}

describe.skipIf(!canMakeHosts())('zmq between hosts', { timeout: 60_000 }, () => {
  let program: string
  let dir: string
  const children: ChildProcess[] = []
  const cards: Deferred<string>[] = []
  let heard: { rank: number; says: string }[] = []
  let waiting: (() => void)[] = []

  beforeAll(async () => {
    const built = await build({
      entryPoints: [fileURLToPath(new URL('./zmq-rank.ts', import.meta.url))],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      external: ['zeromq'],
    })
    program = built.outputFiles[0]!.text
  })

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGKILL')
      await new Promise((resolve) => child.on('exit', resolve))
    }
    for (const rank of [0, 1]) ip('netns', 'delete', name(rank))
    rmSync(dir, { recursive: true, force: true })
    cards.splice(0)
    heard = []
    waiting = []
  })

  /** Two hosts with one cable. */
  function makeHosts(): void {
    dir = mkdtempSync(join(tmpdir(), 'tsmpi-zmq-'))
    for (const rank of [0, 1]) ip('netns', 'add', name(rank))
    ip('link', 'add', 'v0', 'netns', name(0), 'type', 'veth', 'peer', 'name', 'v1', 'netns', name(1))
    for (const rank of [0, 1]) {
      inside(rank, 'address', 'add', `${address(rank)}/24`, 'dev', `v${rank}`, 'nodad')
      inside(rank, 'link', 'set', `v${rank}`, 'up')
    }
  }

  function start(rank: number, role: string, timing: object, changeCard = (card: string) => card): void {
    const options = {
      rank,
      network: { address: address(rank), ports: null, secret: SECRET, encrypted: true },
      nodeOf: overTcp(true).nodeOf,
      host: `node${rank}`,
      timing,
    }
    const command = [process.execPath, '--input-type=module', '-', join(dir, String(rank)), role]
    const child = spawn('ip', ['netns', 'exec', name(rank), ...command, JSON.stringify(options)], {
      stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    })
    children.push(child)
    cards[rank] ??= new Deferred()
    cards[1 - rank] ??= new Deferred()
    void cards[1 - rank]!.promise.then((card) => child.send({ card: changeCard(card) } satisfies Message))
    child.on('message', (message: Message) => {
      if ('card' in message) return cards[rank]!.resolve(message.card)
      heard.push({ rank, says: message.says })
      for (const wake of waiting.splice(0)) wake()
    })
    child.stdin!.end(program)
  }

  /** The first of what `rank` has said that begins with `words`. */
  async function says(rank: number, words: string): Promise<string> {
    for (;;) {
      const found = heard.find((h) => h.rank === rank && h.says.startsWith(words))
      if (found) return found.says
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }

  it('notices on both sides that the cable is cut, and names the host', async () => {
    makeHosts()
    const timing = { heartbeatMs: 200, silenceMs: 1000, probeMs: 300 }
    for (const rank of [0, 1]) {
      mkdirSync(join(dir, String(rank)))
      start(rank, 'meet, then wait', timing)
    }
    await Promise.all([says(0, 'met'), says(1, 'met')])
    inside(1, 'link', 'set', 'v1', 'down')
    for (const rank of [0, 1]) {
      const other = 1 - rank
      expect(await says(rank, 'reason')).toMatch(
        new RegExp(
          `^reason: no sign of life from rank ${other} \\(host node${other}, 10\\.94\\.0\\.${other + 1}:\\d+\\) for 1 s$`,
        ),
      )
    }
  })

  it('gives up on an address that does not answer, and says what may help', async () => {
    makeHosts()
    // A firewall: whatever goes to this address is lost without a word.
    inside(0, 'neighbour', 'add', '10.94.0.77', 'lladdr', '02:00:00:00:00:77', 'dev', 'v0')
    mkdirSync(join(dir, '0'))
    const behindIt = (card: string) => writeCard({ ...readCard(card, 1), tcp: 'tcp://10.94.0.77:4711' })
    start(0, 'send in vain', { connectMs: 500 }, behindIt)
    cards[1]!.resolve(writeCard({ endpoint: 'ipc:///nowhere', tcp: 'tcp://10.94.0.2:4711', host: 'node1' }))
    expect(await says(0, 'reason')).toMatch(
      new RegExp(
        '^reason: rank 1 \\(host node1, 10\\.94\\.0\\.77:4711\\) does not answer at tcp://10\\.94\\.0\\.77:4711 within ' +
          '0\\.5 s \\(asked by rank 0 on host node0, tcp://10\\.94\\.0\\.1:\\d+\\).*--port-range.*--iface',
      ),
    )
  })
})
