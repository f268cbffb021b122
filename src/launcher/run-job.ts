/** Puts a job together from its parts, runs it to its end and clears everything away. */

import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { availableParallelism, constants, hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Agent, BootFacts } from './agent.ts'
import { checkStdinRank, type Plan, type RankedPlan } from './arguments.ts'
import { compileScript } from './compile.ts'
import { CompileError } from './compile-error.ts'
import { Fleet } from './fleet.ts'
import { describePlacement } from './hosts/describe.ts'
import type { HostEntry } from './hosts/host.ts'
import { hostsOf, type Surroundings } from './hosts/hosts-of.ts'
import { readSurroundings } from './hosts/surroundings.ts'
import { Interrupt, Interrupted } from './interrupt.ts'
import { JobOutput } from './job-output.ts'
import { LocalAgent } from './local-agent.ts'
import { watchNpmParent } from './npm-parent.ts'
import type { Program } from './program.ts'
import { addedVariables, type Environment, rankEnvironment, travellingVariables } from './rank-environment.ts'
import { hostFacts } from './remote/facts.ts'
import { type GatheredHost, gatherHosts, isHere } from './remote/gather.ts'
import { describeNets, netsOf } from './remote/nets.ts'
import { RemoteAgent } from './remote/remote-agent.ts'
import { exitCodeOf, reportEnd } from './report.ts'
import { findScript, type Script } from './script.ts'
import { handleSignals } from './signals.ts'
import { feedInput } from './stdin.ts'
import { Supervisor } from './supervise.ts'
import { UsageError } from './usage-error.ts'

/** Runs the job and returns the exit code of tsrun. */
export async function runJob(plan: Plan): Promise<number> {
  const script = findScript(plan.script, process.cwd())
  const around = readSurroundings()
  const entries = hostsOf(plan, around)
  const added = addedVariables(plan, process.env)
  if (entries?.some((entry) => isHere(entry, plan, around)) ?? true) checkFolder(plan)
  if (plan.hint !== null) process.stderr.write(`tsrun: ${plan.hint}\n`)
  if (plan.dryRun) return printPlan(plan, entries, script)

  const travels = entries?.some((entry) => !isHere(entry, plan, around)) ?? false
  const interrupt = new Interrupt()
  const ignoreSignals = handleSignals(interrupt)
  let hosts: readonly GatheredHost[] = []
  try {
    const startedMs = performance.now()
    const watchNpm = () => watchNpmParent(() => interrupt.end('SIGTERM'))
    if (travels) watchNpm()
    const compiling = travels ? compile(script, true) : null
    // Nobody wants to wait for hosts that have nothing to run.
    compiling?.catch((error) => interrupt.abort(error))
    hosts = entries === null ? [thisHost(plan)] : await gather(entries, plan, around, interrupt)
    const job: Job = {
      plan: { ...plan, ranks: hosts.reduce((sum, host) => sum + host.ranks.length, 0) },
      script,
      added,
      hosts,
      compile: () => compiling ?? compile(script, false),
      // It loads koffi; ranks on this host need not wait for that.
      onceBooted: travels ? () => {} : watchNpm,
      startLimitMs: travels ? plan.launchTimeoutMs - (performance.now() - startedMs) : null,
    }
    checkStdinRank(plan.stdinRank, job.plan.ranks)
    return await runOn(job, interrupt)
  } catch (error) {
    if (error instanceof Interrupted) return 128 + constants.signals[error.signal]
    if (!(error instanceof CompileError)) throw error
    process.stderr.write(`tsrun: the script does not compile\n${error.message}`)
    return 1
  } finally {
    await Promise.all(hosts.map((host) => host.connection?.leave()))
    ignoreSignals()
  }
}

/** A job whose hosts are known and can be talked to. */
interface Job {
  readonly plan: RankedPlan
  readonly script: Script
  /** What the plan adds to the environment of ranks. */
  readonly added: Environment
  readonly hosts: readonly GatheredHost[]
  compile(): Promise<Program>
  onceBooted(): void
  /** How long the start of the ranks may take; null: it cannot hang. */
  readonly startLimitMs: number | null
}

async function runOn(job: Job, interrupt: Interrupt): Promise<number> {
  const { plan, hosts } = job
  const nets = netsOf(hosts, plan)
  const output = new JobOutput(plan)
  const fleet = new Fleet(agentsOf(job))
  try {
    const supervisor = new Supervisor(plan.ranks, fleet)
    output.attach(fleet, () => supervisor.end({ kind: 'outputClosed' }))
    interrupt.hand({
      end: (signal) => supervisor.end({ kind: 'signal', signal }),
      kill: () => supervisor.kill(),
      forward: (signal) => fleet.signal(signal),
      forwarded: () => fleet.flushed(),
    })
    const detail = (text: string) => {
      if (plan.verbose) output.note(`tsrun: ${text}\n`)
    }
    if (nets) detail(describeNets(hosts, nets))
    // The ranks start while the script is compiled: Node needs as long to start as esbuild to compile.
    fleet.start({
      onDetail: detail,
      onStarted: (rank, pid) => {
        supervisor.onStarted(rank, pid)
        output.setPid(rank, pid)
      },
      onStartFailed: (rank, error) => supervisor.onStartFailed(rank, error),
      onMessage: (rank, message) => supervisor.onMessage(rank, message),
      onOutput: (rank, stream, piece) => output.write(rank, stream, piece),
      onEnded: (rank, end) => supervisor.onEnded(rank, end),
      onOutputEnded: (rank) => supervisor.onOutputEnded(rank),
      onHostLost: (host, why) => supervisor.onHostLost(host, why),
    })
    const deadlines = [startDeadline(plan, supervisor), startLaunchDeadline(job, fleet, supervisor)]
    // Ranks that could not be started say so by now: with no process or file left, esbuild would fail too.
    await new Promise(setImmediate)
    if (!supervisor.isEnding) {
      const program = await job.compile()
      const sharing = await Promise.race([fleet.ready, supervisor.done.then(() => null)])
      const { bracketing } = plan
      const facts = (node: number): BootFacts => ({
        sharing: sharing ?? [],
        net: nets?.[node] ?? null,
        bracketing,
      })
      supervisor.boot(
        program,
        hosts.map((_, node) => facts(node)),
      )
    }
    clearTimeout(deadlines[1])
    job.onceBooted()
    const { stdinRank } = plan
    if (stdinRank !== null) {
      feedInput({ write: (bytes, onDrain) => fleet.writeInput(stdinRank, bytes, onDrain) })
    }
    const { cause, ranks } = await supervisor.done
    for (const deadline of deadlines) clearTimeout(deadline)
    if (cause) output.note(reportEnd(cause, ranks))
    return cause ? exitCodeOf(cause, ranks) : 0
  } finally {
    await fleet.leave()
    await output.flush()
  }
}

/** By number of their host. */
function agentsOf({ plan, script, added, hosts }: Job): Agent[] {
  const nodeOf: number[] = []
  for (const [node, { ranks }] of hosts.entries()) for (const rank of ranks) nodeOf[rank] = node
  const wdir = resolve(plan.wdir ?? '.')
  // The pid keeps ids apart that chance does not.
  const jobId = `${process.pid}-${randomBytes(4).toString('hex')}`
  return hosts.map(({ hostname, connection }, nodeRank) => {
    const job = {
      hostname,
      nodeRank,
      nodeOf,
      jobId,
      inputRank: plan.stdinRank,
      scriptArguments: plan.scriptArguments,
      transport: plan.transport,
      standIn: plan.prefix ?? wdir,
    }
    if (connection !== null) {
      const variables = travellingVariables(process.env, added)
      return new RemoteAgent(connection, { ...job, script: script.path, wdir, variables })
    }
    const env = rankEnvironment(process.env, added)
    return new LocalAgent({ ...job, command: { script: script.path, cwd: wdir, env } })
  })
}

function gather(
  entries: readonly HostEntry[],
  plan: Plan,
  around: Surroundings,
  { signal }: Interrupt,
): Promise<readonly GatheredHost[]> {
  const note = (text: string) => process.stderr.write(`tsrun: ${text}\n`)
  return gatherHosts(entries, plan, around, { signal, note })
}

function thisHost({ ranks }: Plan): GatheredHost {
  const count = ranks ?? availableParallelism()
  return {
    hostname: hostname(),
    ranks: Array.from({ length: count }, (_, rank) => rank),
    facts: hostFacts(),
    connection: null,
  }
}

function compile(script: Script, travels: boolean): Promise<Program> {
  if (!script.isTypeScript && !travels) return Promise.resolve({ kind: 'plain', path: script.path })
  return compileScript(script.realPath, travels)
}

function startDeadline({ timeoutMs }: Plan, supervisor: Supervisor): NodeJS.Timeout | undefined {
  if (timeoutMs === null) return undefined
  return setTimeout(() => supervisor.end({ kind: 'timeout', timeoutMs }), timeoutMs)
}

function startLaunchDeadline(
  { plan, startLimitMs }: Job,
  fleet: Fleet,
  supervisor: Supervisor,
): NodeJS.Timeout | undefined {
  if (startLimitMs === null) return undefined
  return setTimeout(() => {
    const missing = fleet.missing()
    if (missing.length === 0) return
    supervisor.end({ kind: 'launchTimeout', timeoutMs: plan.launchTimeoutMs, missing })
    for (const host of missing) supervisor.onHostLost(host, 'it did not start its ranks')
  }, startLimitMs)
}

function checkFolder({ wdir }: Plan): void {
  if (wdir === null) return
  const folder = resolve(wdir)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  throw new UsageError(`--wdir ${wdir}: there is no folder ${folder} on this host`)
}

function printPlan(plan: Plan, entries: readonly HostEntry[] | null, script: Script): number {
  const wdir = resolve(plan.wdir ?? '.')
  const command = `in ${wdir}: ${[script.path, ...plan.scriptArguments].join(' ')}`
  const text =
    entries === null
      ? `${plan.ranks ?? availableParallelism()} ranks on this host, ${command}\n`
      : describePlacement(entries, plan, command)
  process.stdout.write(text)
  return 0
}
