/** Namespaces and the process that holds them: they last as long as somebody lives in them, and need no names. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { searchPath } from './needs.ts'
import { numbersOf, onlyChildOf, type Process, processesIn } from './processes.ts'

/** Everything that makes a machine of its own; who kills the first process in it kills all. */
const MACHINE = ['--net', '--uts', '--ipc', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child']

export class Space {
  /** First process in it, by the number that it has for the test. */
  readonly pid: number
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  private constructor(child: ChildProcess, ended: Promise<unknown>, pid: number) {
    this.#child = child
    this.#ended = ended
    this.pid = pid
  }

  /** A machine of its own; its first process is `command`. `isUp` is asked at each line that it prints. */
  static async machine(command: readonly string[], isUp: (line: string) => boolean): Promise<Space> {
    const { child, ended } = await start([...MACHINE, '--', ...command], isUp)
    return new Space(child, ended, onlyChildOf(child.pid!))
  }

  /** A network and nothing else. */
  static async network(): Promise<Space> {
    const command = ['sh', '-c', 'echo up; exec sleep infinity']
    const { child, ended } = await start(['--net', '--', ...command], (line) => line === 'up')
    return new Space(child, ended, child.pid!)
  }

  /** What has to stand in front of a command to have it run on this machine, in `folder`. */
  enter(folder: string): string[] {
    const inFolder = ['sh', '-c', 'cd "$0" && exec "$@"', folder]
    return ['nsenter', '-t', String(this.pid), '-n', '-u', '-i', '-m', '-p', '--', ...inFolder]
  }

  /** Runs a command on this network, but with the machine's own files, and gives what it prints. */
  network(...command: readonly string[]): string {
    return execFileSync('nsenter', ['-t', String(this.pid), '-n', '--', ...command], {
      encoding: 'utf8',
      env: { ...process.env, PATH: searchPath() },
    })
  }

  /** Everybody on this machine. */
  processes(): Process[] {
    const numbers = numbersOf(this.pid)
    if (numbers === null) return []
    if (numbers === numbersOf('self')) throw new Error('this space has no process numbers of its own')
    return processesIn(numbers)
  }

  /** Ends the first process and, on a machine, everybody with it. */
  async close(): Promise<void> {
    const isHere = this.#child.exitCode === null && this.#child.signalCode === null
    // The number is nobody else's until the child has seen it off.
    if (isHere) process.kill(this.pid, 'SIGKILL')
    await this.#ended
  }
}

/** Runs unshare, which ends when the test's process does, whatever ended that. */
async function start(
  words: readonly string[],
  isUp: (line: string) => boolean,
): Promise<{ child: ChildProcess; ended: Promise<unknown> }> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: searchPath() },
  })
  const ended = once(child, 'close')
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const listen = (text: string): void => {
      said += text
      if (said.split('\n').slice(0, -1).some(isUp)) resolve()
    }
    child.stdout!.setEncoding('utf8').on('data', listen)
    child.stderr!.setEncoding('utf8').on('data', listen)
    child.once('error', reject)
    child.once('close', () => reject(new Error(`unshare ${words.join(' ')} has ended:\n${said}`)))
  })
  return { child, ended }
}
