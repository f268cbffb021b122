/** Whoever reaches the port of a rank of a running job can neither join nor crash nor stop it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeHello } from '../../src/transport/zmq/card.ts'
import { JobKeys } from '../../src/transport/zmq/job-keys.ts'
import { routingId } from '../../src/transport/zmq/sockets.ts'
import { ROOT } from '../helpers/tsrun.ts'
import type { HostRun } from './world/host-run.ts'
import { listenersOn } from './world/listeners.ts'
import { missingForHosts } from './world/needs.ts'
import { ranksOn } from './world/ranks.ts'
import { listenToTsrun } from './world/told.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

const SIZE = 4
const PROGRAM = join(ROOT, 'test/hosts/programs/exchange-until-word.ts')
const STRANGER = join(ROOT, 'test/hosts/programs/stranger.mjs')
const KNOWING_STRANGER = join(ROOT, 'test/hosts/programs/knowing-stranger.mjs')

const REFUSALS = /^(tsmpi: warning: rank \d on host h[12] refused a connection at tcp:.*\n)*$/

/** So many refusals of each who knocks. */
const ENOUGH = 200

/** Fewer than one stranger alone can take. */
const FEW_FILES = 160

class Stranger {
  readonly child: ChildProcess
  #said = ''

  constructor(command: readonly string[]) {
    const [file, ...words] = command
    this.child = spawn(file!, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text
    })
  }

  /** The last of what it says under this name; null: nothing yet. */
  count(name: string): number | null {
    const found = [...this.#said.matchAll(new RegExp(`${name} (\\d+)`, 'g'))].at(-1)
    return found ? Number(found[1]) : null
  }

  get hasKnocked(): boolean {
    return this.#said.includes('knock')
  }

  async leave(): Promise<void> {
    const closed = new Promise((resolve) => this.child.once('close', resolve))
    this.child.stdin!.end()
    await closed
  }
}

describeWith(missingForHosts(), 'a job on several hosts', () => {
  const hosts = useHosts(2)

  const start = (rsh: string, ...options: string[]): HostRun =>
    hosts.start(['-n', `${SIZE}`, '-H', 'h1:2,h2:2', '--rsh', rsh, ...options, PROGRAM], { input: 'open' })

  /** Somebody on the front host, which takes no part in the job, knocks at every port of it. */
  const knock = (script: string, ...words: string[]): Stranger[] => {
    const targets = hosts.world.hosts.flatMap(listenersOn)
    expect(targets).toHaveLength(SIZE)
    return targets.map(
      (target) =>
        new Stranger([
          ...hosts.world.front.enter(ROOT),
          process.execPath,
          script,
          ...target.split(':'),
          ...words,
        ]),
    )
  }

  /** How often the ranks have exchanged messages, as soon as they have done so once more. */
  let asked = 0
  async function exchanges(run: HostRun): Promise<number> {
    run.child.stdin!.write('\n')
    asked++
    await run.allSay('exchanged', asked)
    return Number([...run.stdout.matchAll(/exchanged (\d+)\n/g)].at(-1)![1])
  }

  /** The job goes on until the strangers have had enough, and ends well. */
  async function goesOn(run: HostRun, strangers: readonly Stranger[], hadEnough: (one: Stranger) => boolean) {
    let before = await exchanges(run)
    while (!strangers.every(hadEnough)) {
      for (const { child } of strangers) expect(child.exitCode).toBeNull()
      const now = await exchanges(run)
      expect(now).toBeGreaterThan(before)
      before = now
    }
    for (let i = 0; i < 10; i++) await exchanges(run)
    run.child.stdin!.end()
    const { code, stdout, stderr } = await run.ended
    expect(stderr).toMatch(REFUSALS)
    expect(code).toBe(0)
    expect(stdout.match(/done after/g)).toHaveLength(SIZE)
    await Promise.all(strangers.map((one) => one.leave()))
  }

  const begin = async (rsh: string, ...options: string[]): Promise<HostRun> => {
    const run = start(rsh, ...options)
    asked = 0
    await exchanges(run)
    return run
  }

  test.each([
    ['encrypted', []],
    ['not encrypted', ['--plain']],
  ])('is not moved by rubbish, silence and wrong keys: %s', async (_, options) => {
    const run = await begin(hosts.world.rsh, ...options)
    await goesOn(run, knock(STRANGER), (one) => one.hasKnocked)
  })

  test('goes on though strangers hold all the open files that its ranks may have', async () => {
    const limited = join(hosts.world.folder, 'limited')
    const script = `#!/bin/sh\nhost=$1; shift; exec ${hosts.world.rsh} "$host" "ulimit -n ${FEW_FILES}; $*"\n`
    writeFileSync(limited, script, { mode: 0o755 })
    const run = await begin(limited)
    const strangers = knock(STRANGER)
    const filesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length
    const pids = hosts.world.hosts.flatMap(ranksOn)
    expect(pids).toHaveLength(SIZE)
    await goesOn(run, strangers, () => pids.every((pid) => filesOf(pid) === FEW_FILES))
  })

  test('lets nobody in who knows the public keys of its ranks, and their names', async () => {
    const told = listenToTsrun(hosts.world)
    const run = await begin(told.rsh)
    const keys = new JobKeys(told.secret(), SIZE)
    const strangers = knock(
      KNOWING_STRANGER,
      JSON.stringify({
        serverKeys: ranks.map((rank) => keys.publicKey(rank)),
        names: ['', '0', '3', 'nobody', ...namesIn(keys)],
        messages: messagesWith(keys.proof(3, 0)),
      }),
    )
    // Who has the wrong one of the four keys is not even refused.
    await goesOn(run, strangers, (one) => (one.count('refused') ?? 0) >= ENOUGH / SIZE)
    for (const one of strangers) {
      expect(one.count('knocked')).toBeGreaterThanOrEqual(ENOUGH)
      expect(one.count('let in')).toBe(0)
    }
  })

  test('listens to nobody who copies the names of its ranks without encryption, but not their proofs', async () => {
    const told = listenToTsrun(hosts.world)
    const run = await begin(told.rsh, '--plain')
    const keys = new JobKeys(told.secret(), SIZE)
    const strangers = knock(
      KNOWING_STRANGER,
      JSON.stringify({
        serverKeys: [null],
        names: ['', '0', '3', 'nobody', ...namesIn(keys)],
        messages: messagesWith('0'.repeat(64)),
      }),
    )
    await goesOn(run, strangers, (one) => (one.count('knocked') ?? 0) >= ENOUGH)
  })
})

const ranks = Array.from({ length: SIZE }, (_, rank) => rank)

/** By which every rank connects to every other one. */
function namesIn(keys: JobKeys): string[] {
  return ranks.flatMap((from) =>
    ranks.filter((to) => to !== from).map((to) => routingId(from, keys.nickname(from, to))),
  )
}

/** What a rank says first, and what might pass for more of it. */
function messagesWith(proof: string): string[] {
  const card = '{"endpoint":"ipc:///nowhere"}'
  const hello = writeHello({ job: 'x', rank: 3, card, proof })
  return [hello, hello, Buffer.alloc(64), Buffer.alloc(0)].map((one) => Buffer.from(one).toString('base64'))
}
