/** The few lines on stderr that say why a job ended. Pure: facts in, text out. */

import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { UncaughtError } from '../bootstrap/control.ts'
import type { Activity } from '../bootstrap/job.ts'
import type { ProcessEnd } from './agent.ts'
import type { HostOfJob } from './fleet.ts'

/** Why a job did not end well. The first one that happens is the one reported. */
export type Cause =
  | { readonly kind: 'failed'; readonly rank: number }
  | { readonly kind: 'abort'; readonly rank: number; readonly code: number; readonly why: string }
  | { readonly kind: 'unreachable'; readonly rank: number; readonly peer: number; readonly reason: string }
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'outputClosed' }
  | { readonly kind: 'startFailed'; readonly rank: number; readonly error: Error }
  /** Before the ranks of all hosts had been started. */
  | ({ readonly kind: 'launchFailed'; readonly why: string } & HostOfJob)
  | { readonly kind: 'launchTimeout'; readonly timeoutMs: number; readonly missing: readonly HostOfJob[] }
  /** Later. */
  | ({ readonly kind: 'hostLost'; readonly why: string } & HostOfJob)

/** What is known of a rank when the job is over. */
export interface RankFacts {
  readonly rank: number
  readonly hostname: string
  readonly pid: number | null
  readonly end: ProcessEnd | null
  /** The exit code it was on its way out with. */
  readonly announced: number | null
  /** The last uncaught error, if any. */
  readonly uncaught: UncaughtError | null
  readonly owed: string | null
  readonly activity: Activity | null
  /** It was still running when the job began to end. */
  readonly endedWithJob: boolean
  /** It was asked what it is doing and did not answer. */
  readonly silent: boolean
}

/** More than this many lines help nobody. */
const MESSAGE_LINES = 4
const FRAME_LINES = 3
const ACTIVITY_LINES = 32
const PENDING_LINES = 4

/** Node's exit code for a top-level await that never settles; it comes after the rank's own word. */
const NEVER_SETTLED = 13

const FRAME = /^\s+at /

/** What frames of tsmpi, Node and the language have in them; whoever reads the report looks for their own line. */
const FOREIGN_FRAME = [
  new URL('../../dist/', import.meta.url).href,
  fileURLToPath(new URL('../../dist/', import.meta.url)),
  '/node_modules/tsmpi/dist/',
  '(node:',
  ' node:',
  '(<anonymous>)',
  '(index ',
]

export function exitCodeOf(cause: Cause, ranks: readonly RankFacts[]): number {
  switch (cause.kind) {
    case 'failed':
      return failureCode(ranks[cause.rank]!)
    case 'abort':
      return cause.code & 0xff || 1
    case 'unreachable':
    case 'hostLost':
      return 1
    case 'timeout':
      return 124
    case 'signal':
      return 128 + constants.signals[cause.signal]
    case 'outputClosed':
      return 128 + constants.signals.SIGPIPE
    case 'startFailed':
    case 'launchFailed':
    case 'launchTimeout':
      return 125
  }
}

export function reportEnd(cause: Cause, ranks: readonly RankFacts[]): string {
  const lines = describeCause(cause, ranks)
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** Ranks as people write them: `0-3, 7`. */
export function formatRanks(ranks: readonly number[]): string {
  const runs: [number, number][] = []
  for (const rank of [...ranks].sort((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run && rank === run[1] + 1) run[1] = rank
    else runs.push([rank, rank])
  }
  return runs.map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`)).join(', ')
}

/** A host with its ranks, if they are known. */
export function formatHost({ hostname, ranks }: HostOfJob): string {
  if (ranks.length === 0) return `host ${hostname}`
  return `host ${hostname} (${plural(ranks)} ${formatRanks(ranks)})`
}

function describeCause(cause: Cause, ranks: readonly RankFacts[]): string[] {
  switch (cause.kind) {
    case 'failed':
      return [...describeFailure(ranks[cause.rank]!), ...describeOthers([cause.rank], ranks)]
    case 'abort': {
      const rank = ranks[cause.rank]!
      const why = cause.why === '' ? '' : `: ${cause.why}`
      return [
        `tsrun: ${place(rank)} called abort(${cause.code})${why}`,
        ...describeOthers([cause.rank], ranks),
      ]
    }
    case 'unreachable':
      return [
        `tsrun: ${place(ranks[cause.rank]!)} lost its connection to rank ${cause.peer}, which still runs: ${cause.reason}`,
      ]
    case 'timeout':
      return [
        `tsrun: the job was not done after ${cause.timeoutMs / 1000} s (--timeout); what the ranks were doing:`,
        ...describeActivities(ranks),
      ]
    case 'signal': {
      const busy = ranks.filter((rank) => rank.endedWithJob)
      return [`tsrun: ended by ${cause.signal}; what the ranks were doing:`, ...describeActivities(busy)]
    }
    case 'outputClosed':
      return []
    case 'startFailed':
      return [
        `tsrun: rank ${cause.rank} could not be started: ${cause.error.message}${startHint(cause.error)}`,
      ]
    case 'launchFailed':
      return [`tsrun: ${formatHost(cause)}: ${cause.why}`]
    case 'launchTimeout':
      return [
        `tsrun: the job was not started after ${cause.timeoutMs / 1000} s (--launch-timeout); missing:`,
        ...cause.missing.map((host) => `  ${formatHost(host)}`),
      ]
    case 'hostLost':
      return [`tsrun: lost ${formatHost(cause)}: ${cause.why}`, ...describeOthers(cause.ranks, ranks)]
  }
}

function describeFailure(rank: RankFacts): string[] {
  const { end, uncaught } = rank
  const lines: string[] = []
  if (end?.signal) {
    lines.push(`tsrun: ${place(rank)} was killed by ${end.signal}${signalHint(end.signal)}`)
  } else if (end?.code === NEVER_SETTLED && rank.announced !== NEVER_SETTLED) {
    lines.push(
      `tsrun: ${place(rank)} ended with exit code 13: a top-level await in the script can never settle`,
      '  Nothing was left that could have resolved it: no message on its way, no timer, no open file or socket.',
    )
  } else if (end?.code !== 0 && uncaught?.isError === false) {
    lines.push(
      `tsrun: ${place(rank)} threw ${uncaught.text} (exit code ${end?.code})`,
      '  That is not an Error, so nothing tells where it came from; throw new Error(...) instead',
    )
  } else if (end?.code !== 0 && uncaught) {
    lines.push(
      `tsrun: ${place(rank)} failed with an uncaught error (exit code ${end?.code})`,
      ...shorten(uncaught.text),
    )
    if (uncaught.foundBy !== undefined) {
      lines.push(`  found by rank ${uncaught.foundBy}, which told this rank of it`)
    }
    if (/Cannot find (package|module) 'tsmpi'/.test(uncaught.text)) {
      lines.push('  Install it for the script: npm i tsmpi')
    }
  } else if (end?.code !== 0) {
    lines.push(`tsrun: ${place(rank)} exited with code ${end?.code}${codeHint(end?.code)}`)
  } else {
    const owed = rank.owed ?? 'it took part in messages and left without a word'
    lines.push(`tsrun: ${place(rank)} exited with code 0 while the others still needed it: ${owed}`)
    // It owes something only if its script did not come to an end by itself.
    if (rank.owed !== null) {
      lines.push('  let the script end by itself, or set process.exitCode, instead of calling process.exit()')
    }
  }
  return [...lines, ...describePending(rank.activity)]
}

function describePending(activity: Activity | null): string[] {
  const lines: string[] = []
  const pending = activity?.pending ?? []
  for (const line of pending.slice(0, PENDING_LINES)) lines.push(`  waiting in: ${line}`)
  if (pending.length > PENDING_LINES) lines.push(`  and in ${pending.length - PENDING_LINES} more operations`)
  if (activity?.last) lines.push(`  last operation: ${activity.last}`)
  return lines
}

/** Ranks that failed too, and those that were ended because of it. */
function describeOthers(first: readonly number[], ranks: readonly RankFacts[]): string[] {
  const others = ranks.filter((rank) => !first.includes(rank.rank))
  const failed = others.filter((rank) => !rank.endedWithJob && (rank.end?.code !== 0 || rank.owed !== null))
  const ended = others.filter((rank) => rank.endedWithJob)
  const parts: string[] = []
  if (failed.length > 0)
    parts.push(`${failed.map((rank) => `rank ${rank.rank} (${shortEnd(rank)})`).join(', ')}`)
  if (ended.length > 0)
    parts.push(`${plural(ended)} ${formatRanks(ended.map((rank) => rank.rank))} (ended with the job)`)
  return parts.length === 0 ? [] : [`  also affected: ${parts.join('; ')}`]
}

/** One line per rank; ranks doing the same share one. */
function describeActivities(ranks: readonly RankFacts[]): string[] {
  const groups = new Map<string, number[]>()
  for (const rank of ranks) {
    const text = activityText(rank)
    groups.set(text, [...(groups.get(text) ?? []), rank.rank])
  }
  const lines = [...groups].map(
    ([text, members]) => `  ${members.length > 1 ? 'ranks' : 'rank'} ${formatRanks(members)}: ${text}`,
  )
  if (lines.length <= ACTIVITY_LINES) return lines
  return [...lines.slice(0, ACTIVITY_LINES), `  and ${lines.length - ACTIVITY_LINES} more`]
}

function activityText(rank: RankFacts): string {
  if (!rank.endedWithJob) return `had ended (${shortEnd(rank)})`
  if (rank.silent) return 'busy in synchronous code (it did not answer)'
  const { pending = [], last = null } = rank.activity ?? {}
  const after = last === null ? '' : `; last operation: ${last}`
  if (pending.length === 0) return `in no operation of tsmpi${after}`
  const more = pending.length > PENDING_LINES ? `, and ${pending.length - PENDING_LINES} more` : ''
  return `waiting in ${pending.slice(0, PENDING_LINES).join(', ')}${more}${after}`
}

function failureCode({ end }: RankFacts): number {
  if (end?.signal) return 128 + constants.signals[end.signal]
  return end?.code || 1
}

function place(rank: RankFacts): string {
  return `rank ${rank.rank} (host ${rank.hostname}, pid ${rank.pid})`
}

function shortEnd({ end, announced, owed }: RankFacts): string {
  // A rank that was already leaving may have been overtaken by the signal that ended the others.
  if (end?.signal && announced === null) return end.signal
  const code = end?.code ?? announced
  if (code === null) return 'lost with its host'
  // What a failing rank owes the others follows from its failure.
  return code !== 0 || owed === null ? `exit code ${code}` : `exit code ${code}, ${owed}`
}

function plural(ranks: readonly unknown[]): string {
  return ranks.length > 1 ? 'ranks' : 'rank'
}

function startHint(error: NodeJS.ErrnoException): string {
  if (error.code === 'EAGAIN') return '; too many processes for this user? ulimit -u shows the limit'
  if (error.code === 'EMFILE') return '; too many open files? ulimit -n shows the limit'
  if (error.code === 'ENOMEM') return '; not enough memory for so many ranks'
  if (error.code === 'E2BIG') return '; the environment is too large'
  return ''
}

/** Of a script that was not compiled we cannot tell the two apart. */
function codeHint(code: number | null | undefined): string {
  return code === NEVER_SETTLED ? " (also Node's code for a top-level await that never settles)" : ''
}

function signalHint(signal: NodeJS.Signals): string {
  if (signal === 'SIGKILL') return ' (by somebody, or by the kernel because memory ran out)'
  if (signal === 'SIGABRT')
    return ' (out of JavaScript memory? NODE_OPTIONS=--max-old-space-size=MB gives more)'
  if (signal === 'SIGBUS') return ' (shared memory ran out?)'
  return ''
}

/** Message and first frames of a stack, from the script if there are any; the rank itself has printed all of it. */
function shorten(stack: string): string[] {
  const lines = stack.split('\n').filter((line) => line.trim() !== '')
  const firstFrame = lines.findIndex((line) => FRAME.test(line))
  const message = firstFrame < 0 ? lines : lines.slice(0, firstFrame)
  const frames = lines.slice(message.length).filter((line) => FRAME.test(line))
  const own = frames.filter((line) => !FOREIGN_FRAME.some((part) => line.includes(part)))
  const shown = own.length > 0 ? own.slice(0, FRAME_LINES) : frames.slice(0, 1)
  const dots = message.length > MESSAGE_LINES ? ['...'] : []
  return [...message.slice(0, MESSAGE_LINES), ...dots, ...shown].map((line) => `  ${line}`)
}
