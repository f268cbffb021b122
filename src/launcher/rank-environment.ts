/** The environment that the plan gives to every rank: the launcher's own, `--env-file`, then `-x`. */

import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { Plan } from './arguments.ts'
import { UsageError } from './usage-error.ts'

export type Environment = Readonly<Record<string, string>>

export function rankEnvironment(plan: Plan, own: NodeJS.ProcessEnv): Environment {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(own)) if (value !== undefined) out[name] = value
  Object.assign(out, terminalVariables(own))
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
