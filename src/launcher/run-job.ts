/** Puts a job together from its parts, runs it to its end and clears everything away. */

import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Entry } from '../bootstrap/control.ts'
import { checkStdinRank, type Plan, type RankedPlan } from './arguments.ts'
import { compileScript } from './compile.ts'
import { CompileError } from './compile-error.ts'
import { describePlacement } from './hosts/describe.ts'
import type { HostEntry, PlacedHost } from './hosts/host.ts'
import { hostsOf } from './hosts/hosts-of.ts'
import { place } from './hosts/placement.ts'
import { readSurroundings } from './hosts/surroundings.ts'
import { runsHere } from './hosts/this-host.ts'
import { startJanitor } from './janitor.ts'
import { JobOutput } from './job-output.ts'
import { LocalAgent } from './local-agent.ts'
import { isStartedByNohup } from './nohup.ts'
import { watchNpmParent } from './npm-parent.ts'
import { rankEnvironment } from './rank-environment.ts'
import { exitCodeOf, reportEnd } from './report.ts'
import { makeRuntimeDir } from './runtime-dir.ts'
import { findScript, type Script } from './script.ts'
import { handleSignals } from './signals.ts'
import { feedInput } from './stdin.ts'
import { Supervisor } from './supervise.ts'
import { UsageError } from './usage-error.ts'

/** Runs the job and returns the exit code of tsrun. */
export async function runJob(asked: Plan): Promise<number> {
  const around = readSurroundings()
  const hosts = hostsOf(asked, around)
  const script = findScript(asked.script, process.cwd())
  const cwd = workingFolder(asked)
  const env = rankEnvironment(asked, process.env)
  if (asked.hint !== null) process.stderr.write(`tsrun: ${asked.hint}\n`)
  if (asked.dryRun) return printPlan(asked, hosts, script, cwd)

  if (hosts?.some((host) => !runsHere(host, around))) {
    throw new UsageError('running on several hosts is not there yet')
  }
  const ranks = hosts ? sizeOf(place(hosts, asked)) : (asked.ranks ?? around.cpus)
  const plan: RankedPlan = { ...asked, ranks }
  checkStdinRank(plan.stdinRank, plan.ranks)
  const output = new JobOutput(plan)
  const dir = makeRuntimeDir()
  const janitor = startJanitor(dir.path, dir.jobId)
  const agent = new LocalAgent({
    size: plan.ranks,
    jobId: dir.jobId,
    runtimeDir: dir.path,
    inputRank: plan.stdinRank,
    scriptArguments: plan.scriptArguments,
    transport: plan.transport,
    command: { script: script.path, cwd, env },
  })
  const supervisor = new Supervisor(plan.ranks, agent)
  output.attach(agent, () => supervisor.end({ kind: 'outputClosed' }))
  const ignoreSignals = handleSignals({
    end: (signal) => supervisor.end({ kind: 'signal', signal }),
    kill: () => supervisor.kill(),
    forward: (signal) => agent.signal(signal),
    ignoresHangup: isStartedByNohup(),
  })
  try {
    // The ranks start while the script is compiled: Node needs as long to start as esbuild to compile.
    agent.start({
      onDetail: (text) => {
        if (plan.verbose) output.note(`tsrun: ${text}\n`)
      },
      onStarted: (rank, pid) => {
        supervisor.onStarted(rank, pid)
        output.setPid(rank, pid)
      },
      onStartFailed: (rank, error) => supervisor.onStartFailed(rank, error),
      onMessage: (rank, message) => supervisor.onMessage(rank, message),
      onOutput: (rank, stream, piece) => output.write(rank, stream, piece),
      onEnded: (rank, end) => supervisor.onEnded(rank, end),
      onOutputEnded: (rank) => supervisor.onOutputEnded(rank),
    })
    const deadline = startDeadline(plan, supervisor)
    // Ranks that could not be started say so by now: with no process or file left, esbuild would fail too.
    await new Promise(setImmediate)
    if (!supervisor.isEnding) supervisor.boot(await prepare(script, dir.path))
    watchNpmParent(() => supervisor.end({ kind: 'signal', signal: 'SIGTERM' }))
    const { stdinRank } = plan
    if (stdinRank !== null) {
      feedInput({ write: (bytes, onDrain) => agent.writeInput(stdinRank, bytes, onDrain) })
    }
    const { cause, ranks } = await supervisor.done
    clearTimeout(deadline)
    agent.killRemains()
    if (cause) output.note(reportEnd(cause, ranks))
    return cause ? exitCodeOf(cause, ranks) : 0
  } catch (error) {
    agent.killRemains()
    if (!(error instanceof CompileError)) throw error
    output.note(`tsrun: the script does not compile\n${error.message}`)
    return 1
  } finally {
    await output.flush()
    dir.remove()
    await janitor.dismiss()
    ignoreSignals()
  }
}

async function prepare(script: Script, runtimeDir: string): Promise<Entry> {
  if (!script.isTypeScript) return { kind: 'plain', path: script.path }
  return compileScript(script.realPath, runtimeDir)
}

function startDeadline({ timeoutMs }: Plan, supervisor: Supervisor): NodeJS.Timeout | undefined {
  if (timeoutMs === null) return undefined
  return setTimeout(() => supervisor.end({ kind: 'timeout', timeoutMs }), timeoutMs)
}

function workingFolder({ wdir }: Plan): string {
  if (wdir === null) return process.cwd()
  const folder = resolve(wdir)
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--wdir ${wdir}: there is no folder ${folder} on this host`)
  }
  return folder
}

function printPlan(plan: Plan, hosts: HostEntry[] | null, script: Script, cwd: string): number {
  const job = `in ${cwd}: ${[script.path, ...plan.scriptArguments].join(' ')}`
  process.stdout.write(
    hosts === null
      ? `${plan.ranks ?? availableParallelism()} ranks on this host, ${job}\n`
      : describePlacement(hosts, plan, job),
  )
  return 0
}

function sizeOf(hosts: readonly PlacedHost[]): number {
  return hosts.reduce((size, { ranks }) => size + ranks.length, 0)
}
