/**
 * The folder of one rank of a foreign job, for its sockets: mode 0700, gone with the rank.
 *
 * A rank that is killed cannot remove it, and has no launcher to do so. A shell that waits for the end of the
 * rank does; and if that was killed, too, the next job on the host. For this one the folder's name tells the
 * owner: its pid, when it began, and the system and namespace in which that counts (the folders of several hosts
 * may lie in one).
 */

import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { BootstrapError } from '../../errors.ts'
import { childProcess, crypto } from '../../system/on-demand.ts'
import { shortTmpdir } from '../short-tmpdir.ts'

const NAME = /^tsmpi-(\w+)\.(\d+)\.(\d+)-\w{6}$/

/** It outlives the signals that end a whole job. Its input, a pipe that only the rank holds, ends with the rank. */
const JANITOR = `trap '' HUP INT TERM; read -r word; rm -rf -- "$1"`

/** Where the system does not tell; nobody cleans up there. */
const UNKNOWN = 'x'

export function makeFolder(): string {
  const base = shortTmpdir()
  removeAbandoned(base)
  const owner = `${pidSpace()}.${process.pid}.${startOf(process.pid) ?? 0}`
  try {
    const path = mkdtempSync(join(base, `tsmpi-${owner}-`))
    startJanitor(path)
    return path
  } catch (error) {
    throw new BootstrapError(
      `cannot make a folder for this rank: ${(error as Error).message}; set TMPDIR to a folder that can be written to`,
    )
  }
}

/** Removes a folder that `makeFolder` has made, by this process or another one of this user. */
export function removeFolder(path: string): void {
  try {
    if (NAME.test(basename(path)) && isOurs(path)) rmSync(path, { recursive: true, force: true })
  } catch {
    // gone already, or not ours
  }
}

function startJanitor(path: string): void {
  const child = childProcess().spawn('/bin/sh', ['-c', JANITOR, 'tsmpi-janitor', path], {
    // A session of its own: a closing terminal must not take it along.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  })
  // Without a shell there is no janitor, and the next job on this host cleans up.
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  child.unref()
}

function removeAbandoned(base: string): void {
  const space = pidSpace()
  if (space === UNKNOWN) return
  let names: string[] = []
  try {
    names = readdirSync(base)
  } catch {
    // one may make folders here without seeing those of others
  }
  for (const name of names) {
    const [, where, pid, start] = NAME.exec(name) ?? []
    if (where !== space) continue
    if (startOf(Number(pid)) !== start) removeFolder(join(base, name))
  }
}

function isOurs(path: string): boolean {
  const found = lstatSync(path)
  return found.isDirectory() && found.uid === process.getuid?.()
}

/** When process `pid` began, in the kernel's ticks; null if there is none. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field, the program's name, may hold anything but ends at the last parenthesis.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!
  } catch {
    return null
  }
}

/** Names where pids of this process count: the running system and the namespace in it. */
function pidSpace(): string {
  try {
    const system = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    const space = `${system} ${readlinkSync('/proc/self/ns/pid')}`
    return crypto().createHash('sha256').update(space).digest('hex').slice(0, 8)
  } catch {
    return UNKNOWN
  }
}
