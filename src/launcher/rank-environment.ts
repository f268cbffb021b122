/**
 * The environment of ranks. On the launcher's host: its own, then `--env-file`, then `-x`. On another host that
 * host's own takes the place of the launcher's: what PATH, HOME or TMPDIR are here means nothing there.
 */

import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { Plan } from './arguments.ts'
import { UsageError } from './usage-error.ts'

export type Environment = Readonly<Record<string, string>>

/** On the host of the process whose environment is `own`. */
export function rankEnvironment(own: NodeJS.ProcessEnv, added: Environment): Environment {
  return { ...only(own, () => true), ...added }
}

/** What goes to other hosts: what is added, and settings of tsmpi. */
export function travellingVariables(own: NodeJS.ProcessEnv, added: Environment): Environment {
  return { ...only(own, (name) => name.startsWith('TSMPI_')), ...added }
}

function only(own: NodeJS.ProcessEnv, isWanted: (name: string) => boolean): Environment {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(own))
    if (value !== undefined && isWanted(name)) out[name] = value
  return out
}

/** What the plan adds to the environment of every rank; `own`: of the launcher. */
export function addedVariables(plan: Plan, own: NodeJS.ProcessEnv): Environment {
  const out: Record<string, string> = { ...terminalVariables(own) }
  if (plan.envFile !== null) Object.assign(out, readEnvFile(plan.envFile))
  for (const { name, value } of plan.variables) {
    const chosen = value ?? own[name]
    if (chosen === undefined) {
      throw new UsageError(
        `-x ${name}: the variable is not set here; set it, or give a value: -x ${name}=value`,
      )
    }
    out[name] = chosen
  }
  return out
}

/** Ranks write to pipes; where the user looks at a terminal they should still colour their output. */
function terminalVariables(own: NodeJS.ProcessEnv): Environment {
  if (!process.stdout.isTTY || 'NO_COLOR' in own || 'FORCE_COLOR' in own) return {}
  const level = { 1: '0', 4: '1', 8: '2', 24: '3' }[process.stdout.getColorDepth()]
  return { FORCE_COLOR: level ?? '0', COLUMNS: String(process.stdout.columns) }
}

function readEnvFile(path: string): Record<string, string> {
  try {
    return parseEnv(readFileSync(path, 'utf8')) as Record<string, string>
  } catch (error) {
    throw new UsageError(`--env-file ${path}: ${(error as Error).message}`)
  }
}
