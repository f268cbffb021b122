/**
 * Checks after each test that nothing of a job is left: no process, no file in its temporary folder, and none of
 * our name in the folder for shared memory.
 *
 * Processes are recognized by what the test itself put into their environment (inherited by everything a
 * job starts) or by the test's temporary folder among their arguments. Import it through tsrun.ts.
 */

import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { afterEach, expect } from 'vitest'

export const TEST_ID_VARIABLE = 'TSMPI_TEST_ID'

export interface Watched {
  readonly id: string
  readonly tmp: string
}

let watched: Watched[] = []

/** From now on nothing may be left of the processes that carry `id` or work in `tmp`. */
export function watchLeftovers(one: Watched): void {
  watched.push(one)
}

afterEach(async () => {
  const now = watched
  watched = []
  for (const one of now) {
    const left = await settle(one)
    const files = readdirSync(one.tmp)
    for (const { pid } of left) process.kill(pid, 'SIGKILL')
    rmSync(one.tmp, { recursive: true, force: true })
    expect(left, 'processes left behind').toEqual([])
    expect(files, 'files left behind').toEqual([])
    expect(sharedFiles(), 'shared memory left behind').toEqual([])
  }
})

interface Left {
  readonly pid: number
  readonly command: string
}

/** The processes of a job that are there now. */
export function processesOf({ id, tmp }: Watched): Left[] {
  const out: Left[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const environment = read(`/proc/${name}/environ`)
    const command = read(`/proc/${name}/cmdline`).replaceAll('\0', ' ')
    if (environment.includes(`${TEST_ID_VARIABLE}=${id}`) || command.includes(tmp)) {
      out.push({ pid: Number(name), command })
    }
  }
  return out
}

/** Shared memory with a name of ours; it should have none. */
function sharedFiles(): string[] {
  return existsSync('/dev/shm') ? readdirSync('/dev/shm').filter((name) => name.includes('tsmpi')) : []
}

/** The processes that have a file whose name contains `name` open or mapped, also one that was removed. */
export function holdersOf(name: string): number[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && (read(`/proc/${pid}/maps`).includes(name) || opens(pid, name)))
    .map(Number)
}

function opens(pid: string, name: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`
    return readdirSync(folder).some((fd) => readlinkSync(`${folder}/${fd}`).includes(name))
  } catch {
    return false // it has ended, or belongs to somebody else
  }
}

/** Who is left when nothing changes any more. What is ending by itself gets the time that SIGKILL takes. */
async function settle(one: Watched): Promise<Left[]> {
  const deadlineMs = performance.now() + 1000
  for (;;) {
    const left = processesOf(one)
    const isDone = left.length === 0 && readdirSync(one.tmp).length === 0
    if (isDone || performance.now() > deadlineMs) return left
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
