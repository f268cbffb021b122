/**
 * From the words of a command line to a plan. Pure: looks at no file, no environment, no machine.
 *
 * Options end at the script; everything behind it belongs to the script, whatever it looks like.
 */

import { isIP } from 'node:net'
import { parseDuration } from './duration.ts'
import type { HostRequest } from './hosts/host.ts'
import { nearestName } from './nearest-name.ts'
import { FOREIGN_OPTIONS, OPTIONS, type Option, type OptionName } from './options.ts'
import { UsageError } from './usage-error.ts'

/** What the ranks exchange messages through. `auto`: shared memory where it is to be had. */
export type TransportChoice = (typeof TRANSPORTS)[number]

const TRANSPORTS = ['auto', 'zmq', 'shm'] as const

/** In what order ranks go to hosts: fill one after the other, or deal them out in turns. */
export type MapBy = (typeof MAP_BY)[number]

const MAP_BY = ['slot', 'node'] as const

const LAUNCH_TIMEOUT_MS = 60_000

export interface Plan {
  /** Null: one per slot of the hosts, or per CPU of this one. */
  readonly ranks: number | null
  readonly hosts: HostRequest
  readonly mapBy: MapBy
  readonly oversubscribe: boolean
  /** The command that runs another on a host. Null: ssh, or srun inside a Slurm allocation. */
  readonly rsh: string | null
  /** The folder on the hosts that has node_modules/tsmpi. Null: the same as here. */
  readonly prefix: string | null
  /** Node on the hosts. Null: the same path as here. */
  readonly nodePath: string | null
  readonly launchTimeoutMs: number
  /** The network between the hosts: an interface's name, or addresses as in 10.0.0.0/24. */
  readonly iface: string | null
  readonly ports: PortRange | null
  /** Whether what goes from host to host is encrypted. */
  readonly encrypted: boolean
  /** What decides how a reduction is bracketed: ranks and placement, or ranks alone. */
  readonly bracketing: 'placement' | 'rank'
  /** As the user wrote it. */
  readonly script: string
  readonly scriptArguments: readonly string[]
  readonly dryRun: boolean
  readonly transport: TransportChoice
  /** Say how the job is run. */
  readonly verbose: boolean
  /** `-x`, in order; a null value means the launcher's own. */
  readonly variables: readonly Variable[]
  readonly envFile: string | null
  readonly wdir: string | null
  readonly tag: 'none' | 'rank' | 'wide'
  readonly timestamp: boolean
  readonly outputDir: string | null
  readonly tee: boolean
  readonly stdinRank: number | null
  readonly timeoutMs: number | null
  /** What the user may have got wrong, though it means something. */
  readonly hint: string | null
}

/** A plan whose number of ranks is known. */
export type RankedPlan = Plan & { readonly ranks: number }

/** Both ends included. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

export interface Variable {
  readonly name: string
  readonly value: string | null
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly plan: Plan }

/** Reads the words behind `tsrun`. */
export function parseArguments(words: readonly string[]): Command {
  const { given, rest } = splitOptions(words)
  if (given.has('help')) return { kind: 'help' }
  if (given.has('version')) return { kind: 'version' }
  const ranks = given.has('np') ? readRanks(last(given, 'np')!) : null
  const [script, ...scriptArguments] = rest
  if (script === undefined) {
    throw new UsageError('no script given; use: tsrun -n 4 script.ts (tsrun --help explains)')
  }
  if (scriptArguments.includes(':')) {
    throw new UsageError(
      'several programs in one job (":") are not there yet; start one script that branches on its rank',
    )
  }
  const outputDir = last(given, 'output-dir')
  if (given.has('tee') && outputDir === null) {
    throw new UsageError('--tee only means something with --output-dir DIR')
  }
  const stdinRank = given.has('stdin') ? readStdin(last(given, 'stdin')!) : 0
  if (ranks !== null) checkStdinRank(stdinRank, ranks)
  return {
    kind: 'run',
    plan: {
      ranks,
      hosts: readHosts(given),
      mapBy: given.has('map-by') ? readMapBy(last(given, 'map-by')!) : 'slot',
      oversubscribe: given.has('oversubscribe'),
      rsh: given.has('rsh') ? readRsh(last(given, 'rsh')!) : null,
      prefix: given.has('prefix') ? readPrefix(last(given, 'prefix')!) : null,
      nodePath: given.has('node') ? readNodePath(last(given, 'node')!) : null,
      launchTimeoutMs: given.has('launch-timeout')
        ? readTime('--launch-timeout', last(given, 'launch-timeout')!)
        : LAUNCH_TIMEOUT_MS,
      iface: given.has('iface') ? readInterface(last(given, 'iface')!) : null,
      ports: given.has('port-range') ? readPorts(last(given, 'port-range')!) : null,
      encrypted: !given.has('plain'),
      bracketing: given.has('reproducible') ? 'rank' : 'placement',
      script,
      scriptArguments,
      dryRun: given.has('dry-run'),
      transport: given.has('transport') ? readTransport(last(given, 'transport')!) : 'auto',
      verbose: given.has('verbose'),
      variables: (given.get('env') ?? []).map(readVariable),
      envFile: last(given, 'env-file'),
      wdir: last(given, 'wdir'),
      tag: given.has('tag') ? readTag(last(given, 'tag')) : 'none',
      timestamp: given.has('timestamp'),
      outputDir,
      tee: given.has('tee'),
      stdinRank,
      timeoutMs: given.has('timeout') ? readTime('--timeout', last(given, 'timeout')!) : null,
      hint: hintOf(given, scriptArguments),
    },
  }
}

type Given = Map<OptionName, (string | null)[]>

/** The options up to the script, and what comes from there on. */
function splitOptions(words: readonly string[]): { given: Given; rest: readonly string[] } {
  const given: Given = new Map()
  let at = 0
  while (at < words.length) {
    const word = words[at]!
    if (word === '--') return { given, rest: words.slice(at + 1) }
    if (!word.startsWith('-') || word === '-') break
    at++
    const { option, shown, attached } = recognize(word)
    let value = attached
    if (option.takes === 'flag' && attached !== null) {
      throw new UsageError(`${shown} takes no value, found "${attached}"`)
    }
    if (option.takes === 'value' && attached === null) {
      if (at === words.length) throw new UsageError(`${shown} needs a value; tsrun --help explains it`)
      value = words[at++]!
    }
    const name = option.name as OptionName
    const values = given.get(name) ?? []
    if (values.length > 0 && !option.many) throw new UsageError(`${shown} is given twice`)
    given.set(name, [...values, value])
  }
  return { given, rest: words.slice(at) }
}

interface Recognized {
  readonly option: Option
  /** The option as the user wrote it, without its value. */
  readonly shown: string
  readonly attached: string | null
}

/** `--name`, `--name=value`, `-n`, `-n4`, `-n=4`; and `-np`, because fingers know it from mpirun. */
function recognize(word: string): Recognized {
  const equals = word.indexOf('=')
  const shown = equals < 0 ? word : word.slice(0, equals)
  const attached = equals < 0 ? null : word.slice(equals + 1)
  const name = shown.replace(/^--?/, '')
  const exact = (OPTIONS as readonly Option[]).find(
    (option) =>
      (option.name === name && (shown.startsWith('--') || name === 'np')) || option.aliases.includes(name),
  )
  if (exact) return { option: exact, shown, attached }
  const short = (OPTIONS as readonly Option[]).find(
    (option) => !word.startsWith('--') && option.takes === 'value' && option.aliases.includes(word[1]!),
  )
  // Only digits may follow -n, or -nodes would be taken for a count.
  if (short && (short.name !== 'np' || /^-n\d+$/.test(word))) {
    return { option: short, shown: word.slice(0, 2), attached: word.slice(2) }
  }
  throw new UsageError(unknownOption(shown, name))
}

function unknownOption(shown: string, name: string): string {
  const foreign = FOREIGN_OPTIONS[name]
  if (foreign !== undefined) return `${shown}: ${foreign}`
  const near = nearestName(
    name,
    OPTIONS.map((option) => option.name),
  )
  const cure = near === null ? 'tsrun --help lists the options' : `did you mean --${near}?`
  return `unknown option ${shown}; ${cure} (options of the script go behind the script)`
}

function last(given: Given, name: OptionName): string | null {
  return given.get(name)?.at(-1) ?? null
}

function readRanks(text: string): number {
  const ranks = Number(text)
  if (!/^\d+$/.test(text) || ranks < 1 || !Number.isSafeInteger(ranks)) {
    throw new UsageError(`-n must be a whole number of ranks, 1 or more; found "${text}"`)
  }
  return ranks
}

function readTransport(text: string): TransportChoice {
  const choice = TRANSPORTS.find((name) => name === text)
  if (choice === undefined) throw new UsageError(`--transport must be auto, zmq or shm; found "${text}"`)
  return choice
}

function hintOf(given: Given, scriptArguments: readonly string[]): string | null {
  const hints = []
  if (given.has('host') && given.has('hostfile')) {
    hints.push(`-H names the hosts, so --hostfile ${last(given, 'hostfile')} is not read`)
  }
  const misplaced = given.has('np') ? null : misplacedRanks(scriptArguments)
  if (misplaced !== null) hints.push(misplaced)
  return hints.length > 0 ? hints.join('; ') : null
}

/** A number of ranks behind the script, where it is none. */
function misplacedRanks(scriptArguments: readonly string[]): string | null {
  for (const [at, word] of scriptArguments.entries()) {
    if (word === '--') break
    const next = scriptArguments[at + 1] ?? ''
    const isApart = /^(-n|--?np)$/.test(word) && /^\d+$/.test(next)
    if (!isApart && !/^(-n=?|--?np=)\d+$/.test(word)) continue
    const found = isApart ? `${word} ${next}` : word
    return `"${found}" stands behind the script and belongs to it; before the script it is the number of ranks`
  }
  return null
}

function readHosts(given: Given): HostRequest {
  const texts = given.get('host')
  if (texts !== undefined) return { kind: 'list', texts: texts.map((text) => text!) }
  const path = last(given, 'hostfile')
  if (path === '') throw new UsageError('--hostfile needs the name of a file; found ""')
  return path === null ? { kind: 'unsaid' } : { kind: 'file', path }
}

function readMapBy(text: string): MapBy {
  const choice = MAP_BY.find((name) => name === text)
  if (choice !== undefined) return choice
  throw new UsageError(
    `--map-by must be slot (fill one host after the other) or node (deal the ranks out in turns); found "${text}"`,
  )
}

function readRsh(text: string): string {
  if (text.trim() !== '') return text
  throw new UsageError(
    `--rsh needs a command that runs another on a host, such as "ssh -p 2222"; found "${text}"`,
  )
}

/** Absolute, because there is no current folder that all hosts have. */
function readPrefix(text: string): string {
  if (text.startsWith('/')) return text
  throw new UsageError(
    `--prefix must be the absolute path of the folder on the hosts that has node_modules/tsmpi; found "${text}"`,
  )
}

function readNodePath(text: string): string {
  if (text.startsWith('/') || /^[^\s/]+$/.test(text)) return text
  throw new UsageError(
    `--node must be the absolute path of node on the hosts, or a name to look up there; found "${text}"`,
  )
}

function readInterface(text: string): string {
  const slash = text.indexOf('/')
  const version = isIP(slash < 0 ? text : text.slice(0, slash))
  const bits = slash < 0 ? '' : text.slice(slash + 1)
  const isNetwork = version !== 0 && /^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
  // The kernel's rule for names of interfaces. An address alone would fit one host of the job only.
  const isName = version === 0 && /^[^\s/]{1,15}$/.test(text)
  if (isNetwork || isName) return text
  throw new UsageError(
    `--iface must be the name of an interface, such as eth0, or a network, such as 10.0.0.0/24; found "${text}"`,
  )
}

function readPorts(text: string): PortRange {
  const match = /^(\d+)-(\d+)$/.exec(text)
  const [first, last] = [Number(match?.[1]), Number(match?.[2])]
  if (match !== null && first >= 1 && first <= last && last <= 65535) return { first, last }
  throw new UsageError(
    `--port-range must be two ports from 1 to 65535, the lower one first, such as 20000-20999; found "${text}"`,
  )
}

function readVariable(text: string | null): Variable {
  const equals = text!.indexOf('=')
  const name = equals < 0 ? text! : text!.slice(0, equals)
  if (name === '') throw new UsageError(`-x needs NAME or NAME=value; found "${text}"`)
  return { name, value: equals < 0 ? null : text!.slice(equals + 1) }
}

function readTag(text: string | null): 'rank' | 'wide' {
  if (text === null || text === 'rank') return 'rank'
  if (text === 'wide') return 'wide'
  throw new UsageError(`--tag is written alone or as --tag=wide; found "--tag=${text}"`)
}

function readStdin(text: string): number | null {
  if (text === 'none') return null
  if (/^\d+$/.test(text)) return Number(text)
  throw new UsageError(`--stdin must be "none" or a rank, such as 0; found "${text}"`)
}

/** For when the number of ranks is known: which may be only after the hosts have told their CPUs. */
export function checkStdinRank(stdinRank: number | null, ranks: number): void {
  if (stdinRank === null || stdinRank < ranks) return
  throw new UsageError(`--stdin must be "none" or a rank from 0 to ${ranks - 1}; found "${stdinRank}"`)
}

function readTime(option: string, text: string): number {
  const ms = parseDuration(text)
  if (ms === null) {
    throw new UsageError(`${option} must be a time such as 90s, 15m or 2h, at most 24 days; found "${text}"`)
  }
  return ms
}
