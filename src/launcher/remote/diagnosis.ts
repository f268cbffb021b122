/** What is in the way on a host, and the command that mends it. Pure: what was seen in, text out. */

import { version } from '../../version.ts'

/** The agent of a host could not be started, or something ended it. */
export interface AgentEnd {
  /** The command that was to run it: ssh, srun or another. */
  readonly file: string
  /** Both null: the command itself could not be started. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it has written to stderr. */
  readonly stderr: string
}

export interface Installation {
  /** Path of node and of the agent program on the hosts. */
  readonly nodePath: string
  readonly agentPath: string
}

export const OLDEST_NODE = [20, 19] as const

/** Why there was no greeting. */
export function diagnoseStart(end: AgentEnd, { nodePath, agentPath }: Installation): string {
  if (end.code === null && end.signal === null) return end.stderr
  if (end.stderr.includes('Cannot find module') && end.stderr.includes(agentPath)) {
    return `there is no tsmpi there (no file ${agentPath}); ${installHint(agentPath)}`
  }
  if (end.code === 127 || end.code === 126) {
    const line = lastLine(end.stderr)
    const what = end.code === 127 ? `there is no ${nodePath} there` : `${nodePath} cannot be run there`
    return `${what}${line === '' ? '' : ` ("${line}")`}; install Node ${OLDEST_NODE.join('.')} or later, or say where it is with --node PATH`
  }
  const hint = isUnknownName(end)
    ? '; correct the name in -H or the hostfile, or say in ~/.ssh/config which HostName it stands for'
    : ''
  return describeAgentEnd(end) + hint
}

/** What the command said last, and how it ended. */
export function describeAgentEnd({ file, code, signal, stderr }: AgentEnd): string {
  const how = signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`
  const line = lastLine(stderr)
  if (line !== '') return `${file} ${how}: ${line}`
  // An agent whose input ends goes without a word, because it has lost its launcher.
  const hint = code === 0 ? '; does it pass its standard input on? docker and kubectl need exec -i' : ''
  return `${file} ${how} without a word${hint}`
}

/** Why the installation on a host cannot be used; null: it can. */
export function diagnoseGreeting(
  greeting: { readonly version: string; readonly node: string },
  { nodePath, agentPath }: Installation,
): string | null {
  if (!isSupported(greeting.node)) {
    return `${nodePath} is Node ${greeting.node} there, and tsmpi needs ${OLDEST_NODE.join('.')} or later; install it, or say where one is with --node PATH`
  }
  if (greeting.version !== version) {
    return `it has tsmpi ${greeting.version}, and this tsrun is tsmpi ${version}; ${installHint(agentPath)}`
  }
  return null
}

/**
 * Whether another attempt may go better: nobody listens yet, too many knock at once, or names are not to be had at
 * the moment. A name that nobody knows is misspelt; but in Kubernetes (`env`: of this process) a pod's name is known
 * only once the pod runs.
 */
export function isPassing(end: AgentEnd, env: NodeJS.ProcessEnv): boolean {
  if (end.code === 0) return false
  if (isUnknownName(end)) return env.KUBERNETES_SERVICE_HOST !== undefined
  return /connection refused|connection reset|connection closed by|connection timed out|no route to host|kex_exchange_identification|could not resolve|temporar/i.test(
    end.stderr,
  )
}

/** ssh repeats what the system says, which has other words for it everywhere; it says when that may pass. */
function isUnknownName({ stderr }: AgentEnd): boolean {
  return /could not resolve hostname/i.test(stderr) && !/temporar|try again/i.test(stderr)
}

function installHint(agentPath: string): string {
  const at = agentPath.lastIndexOf('/node_modules/tsmpi/')
  if (at < 0) return `after npm i --prefix DIR tsmpi@${version} there, name it with --prefix DIR`
  return `there: npm i --prefix ${agentPath.slice(0, at) || '/'} tsmpi@${version}`
}

function isSupported(node: string): boolean {
  const [major = 0, minor = 0] = node.replace(/^v/, '').split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

/** Or the one with the error, of a Node that has died of it and says its version last. */
function lastLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.findLast((line) => /^[A-Za-z]*Error\b/.test(line)) ?? lines.at(-1) ?? ''
}
