/** Processes as /proc has them, by the space of process numbers they are in. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Process {
  /** As the test knows it. */
  readonly pid: number
  readonly command: string
}

/** Which space of process numbers a process lives in; null: it has ended. */
export function numbersOf(pid: number | 'self'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return null
  }
}

/** All that live there. What has ended and only waits to be seen off is nowhere any more. */
export function processesIn(numbers: string): Process[] {
  return pids()
    .filter((pid) => numbersOf(pid) === numbers)
    .map((pid) => ({ pid, command: commandOf(pid) }))
    .filter(({ command }) => command !== '')
}

export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()
}

export function environmentOf(pid: number): string[] {
  return read(`/proc/${pid}/environ`).split('\0')
}

/** The child of a process that has but one. */
export function onlyChildOf(parent: number): number {
  const child = childOf(parent)
  if (child === undefined) throw new Error(`process ${parent} has no child`)
  return child
}

export function childOf(parent: number): number | undefined {
  return pids().find((pid) => parentOf(pid) === parent)
}

/** Field 4; the name of the command before it may have blanks and brackets in it. */
function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
