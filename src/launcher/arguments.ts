/**
 * From the words of a command line to a plan. Pure: looks at no file, no environment, no machine.
 *
 * Options end at the script; everything behind it belongs to the script, whatever it looks like.
 */

import { parseDuration } from './duration.ts'
import { nearestName } from './nearest-name.ts'
import { FOREIGN_OPTIONS, OPTIONS, type Option, type OptionName } from './options.ts'
import { UsageError } from './usage-error.ts'

/** What the ranks exchange messages through. `auto`: shared memory where it is to be had. */
export type TransportChoice = (typeof TRANSPORTS)[number]

const TRANSPORTS = ['auto', 'zmq', 'shm'] as const

export interface Plan {
  readonly ranks: number
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

export interface Variable {
  readonly name: string
  readonly value: string | null
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly plan: Plan }

/** Reads the words behind `tsrun`. `defaultRanks`: for a command without -n. */
export function parseArguments(words: readonly string[], defaultRanks: number): Command {
  const { given, rest } = splitOptions(words)
  if (given.has('help')) return { kind: 'help' }
  if (given.has('version')) return { kind: 'version' }
  const ranks = given.has('np') ? readRanks(last(given, 'np')!) : defaultRanks
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
  return {
    kind: 'run',
    plan: {
      ranks,
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
      stdinRank: given.has('stdin') ? readStdin(last(given, 'stdin')!, ranks) : 0,
      timeoutMs: given.has('timeout') ? readTimeout(last(given, 'timeout')!) : null,
      hint: given.has('np') ? null : misplacedRanks(scriptArguments, ranks),
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

/** A number of ranks behind the script, where it is none. */
function misplacedRanks(scriptArguments: readonly string[], ranks: number): string | null {
  for (const [at, word] of scriptArguments.entries()) {
    if (word === '--') break
    const next = scriptArguments[at + 1] ?? ''
    const isApart = /^(-n|--?np)$/.test(word) && /^\d+$/.test(next)
    if (!isApart && !/^(-n=?|--?np=)\d+$/.test(word)) continue
    const found = isApart ? `${word} ${next}` : word
    const running = ranks === 1 ? '1 rank' : `${ranks} ranks`
    return `"${found}" stands behind the script and belongs to it; running on ${running}`
  }
  return null
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

function readStdin(text: string, ranks: number): number | null {
  if (text === 'none') return null
  const rank = Number(text)
  if (!/^\d+$/.test(text) || rank >= ranks) {
    throw new UsageError(`--stdin must be "none" or a rank from 0 to ${ranks - 1}; found "${text}"`)
  }
  return rank
}

function readTimeout(text: string): number {
  const ms = parseDuration(text)
  if (ms === null) {
    throw new UsageError(`--timeout must be a time such as 90s, 15m or 2h, at most 24 days; found "${text}"`)
  }
  return ms
}
