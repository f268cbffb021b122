/**
 * Notices the death of the npm or npx that started this process.
 *
 * Where sh is dash, npm runs us below a shell that dies without a word to us; without this the job would go
 * on behind a user who believes it ended.
 */

import { constants } from 'node:os'
import { setDeathSignal } from '../bootstrap/death-signal.ts'
import { commandName, readProcess } from './process-table.ts'

const LOOK_EVERY_MS = 1000

/** Calls `onDeath` (or lets SIGTERM come) when npm is gone. Does nothing outside npm. */
export function watchNpmParent(onDeath: () => void): void {
  if (process.env.npm_command === undefined) return
  const parent = process.ppid
  const grandparent = readProcess(parent)?.parent ?? null
  // Only a shell that npm itself started stands between; a shell of the user's may go and we stay.
  const watchesGrandparent = grandparent !== null && isShell(parent) && isNpm(grandparent)
  const look = () => {
    const lost =
      process.ppid !== parent || (watchesGrandparent && readProcess(parent)?.parent !== grandparent)
    if (!lost) return
    clearInterval(timer)
    onDeath()
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  timer.unref()
  setDeathSignal(constants.signals.SIGTERM)
  // It may have died before the kernel was told to watch it.
  look()
}

function isShell(pid: number): boolean {
  return ['sh', 'dash', 'ash', 'bash', 'busybox'].includes(commandName(pid) ?? '')
}

function isNpm(pid: number): boolean {
  return /^(npm|npx|node|pnpm|yarn|MainThread)/.test(commandName(pid) ?? '')
}
