/**
 * How the agent of a host is started: ssh, srun, or what the user gives with --rsh. Pure.
 *
 * What goes to the login shell of the other host is short and always the same: two quoted paths, which sh, csh
 * and fish read alike. All else (arguments, environment, keys) follows on the standard input, where there is
 * neither quoting nor anybody who can read along.
 */

import { basename } from 'node:path'
import type { HostEntry } from '../hosts/host.ts'
import { UsageError } from '../usage-error.ts'

export interface StartOptions {
  /** As given with --rsh; null: ssh. */
  readonly rsh: string | null
  /** In a Slurm allocation, and it has these hosts. */
  readonly usesSrun: boolean
  /** Of the other host. */
  readonly nodePath: string
  readonly agentPath: string
}

export interface StartCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Whether the system may kill the command when the launcher has died; srun first has to end its step. */
  readonly diesWithLauncher: boolean
}

/** Never asks for a password: there is nobody to answer. What the user has set before keeps its value. */
const SSH_OPTIONS = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10']

/** One agent, whatever the allocation says of tasks and CPUs; next to whatever else runs there. */
const SRUN_OPTIONS = [
  '--nodes=1',
  '--ntasks=1',
  '--overlap',
  '--cpu-bind=none',
  '--mpi=none',
  '--kill-on-bad-exit=0',
]

const OPTION_OF_SRUN =
  /^(SLURM_(NTASKS.*|NPROCS|CPUS_PER_TASK|DISTRIBUTION|EXACT|EXCLUSIVE|LABELIO|UNBUFFEREDIO|STD(IN|OUT|ERR)MODE|MULTI_PROG)|SRUN_CPUS_PER_TASK)$/

/** Commands that run another without a shell in between, and what they need to have one. */
const SHELL_FOR: Readonly<Record<string, readonly string[]>> = {
  docker: ['sh', '-c'],
  podman: ['sh', '-c'],
  nerdctl: ['sh', '-c'],
  kubectl: ['--', 'sh', '-c'],
  oc: ['--', 'sh', '-c'],
}

/** `env`: of this process. */
export function startCommand(
  { name, user }: HostEntry,
  options: StartOptions,
  env: NodeJS.ProcessEnv,
): StartCommand {
  const { rsh, usesSrun, nodePath, agentPath } = options
  if (usesSrun) {
    const args = [...SRUN_OPTIONS, `--nodelist=${name}`, nodePath, agentPath]
    return { file: 'srun', args, env: srunEnvironment(env), diesWithLauncher: false }
  }
  const [file, ...args] = rsh === null ? ['ssh'] : splitWords(rsh)
  const program = basename(file!)
  const host = user === null ? name : `${user}@${name}`
  const command = `exec ${quote(nodePath)} ${quote(agentPath)}`
  if (program === 'ssh') args.push(...SSH_OPTIONS, host, '--', command)
  else args.push(host, ...(SHELL_FOR[program] ?? []), command)
  return { file: file!, args, env, diesWithLauncher: true }
}

/**
 * srun takes options from its environment, and salloc and sbatch leave there what the user has asked for the
 * ranks: so many tasks per node, labels before every line of output, or none of it.
 */
function srunEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !OPTION_OF_SRUN.test(name))
  return Object.fromEntries(kept)
}

/** For any shell; the characters that some shell gives a meaning even here do not occur in sensible paths. */
function quote(path: string): string {
  if (/['\\!\n]/.test(path)) {
    throw new UsageError(
      `the path ${path} cannot be passed to the shells of other hosts; use one without '\\!`,
    )
  }
  return `'${path}'`
}

/** Cuts a command into words as a shell would: blanks, both kinds of quotes, backslash; nothing else. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let quoted: string | null = null
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!
    if (quoted === "'" || (quoted === '"' && c !== '\\')) {
      if (c === quoted) quoted = null
      else word += c
    } else if (c === '\\') {
      at++
      if (at === text.length) throw new UsageError(`--rsh ends with a backslash; found "${text}"`)
      // Between double quotes a backslash is itself, unless it stands before something that means more there.
      word = `${word ?? ''}${quoted && !/["\\$`]/.test(text[at]!) ? '\\' : ''}${text[at]}`
    } else if (c === "'" || c === '"') {
      quoted = c
      word ??= ''
    } else if (/\s/.test(c)) {
      if (word !== null) words.push(word)
      word = null
    } else {
      word = (word ?? '') + c
    }
  }
  if (quoted !== null) throw new UsageError(`--rsh has a quote without its end; found "${text}"`)
  if (word !== null) words.push(word)
  return words
}
