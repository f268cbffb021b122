/**
 * munge: a site's own proof of who somebody is, on all its hosts (Slurm itself relies on it).
 *
 * A credential names the user who made it, carries a text that nobody can change, can be opened by that user
 * alone and only once on a host, and is good for some minutes. The programs `munge` and `unmunge` talk to
 * the host's munged.
 */

import { spawn } from 'node:child_process'

/** A credential with a text of ours is far shorter. */
export const MAX_CREDENTIAL = 4096
/** munged answers in some milliseconds. */
const LIMIT_MS = 10_000
/** A stranger can make rank 0 open what he sends; so many programs at once are no burden. */
const MAX_AT_ONCE = 8

export interface Authority {
  /** A credential of this user with `text` in it. */
  certify(text: string): Promise<string>
  /** The text in a credential; throws unless this user made it. */
  open(credential: string): Promise<string>
}

/** Null where munge is not installed or its daemon does not run. */
export async function findMunge(uid: number): Promise<Authority | null> {
  const authority = munge(uid)
  return authority.certify('').then(
    () => authority,
    () => null,
  )
}

function munge(uid: number): Authority {
  let running = 0
  const waiting: (() => void)[] = []
  const inTurn = async (file: string, args: string[], input: string): Promise<string> => {
    if (running >= MAX_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
    running++
    try {
      return await run(file, args, input)
    } finally {
      running--
      waiting.shift()?.()
    }
  }
  return {
    certify: async (text) => (await inTurn('munge', [`--restrict-uid=${uid}`], text)).trim(),
    async open(credential) {
      const out = await inTurn('unmunge', ['--numeric', '--keys=UID'], credential)
      const match = /^UID:\s*(\d+)[^\n]*\n\n?([\s\S]*)$/.exec(out)
      if (match === null) throw new Error('unmunge said something that cannot be read')
      if (Number(match[1]) !== uid) throw new Error(`the credential is of another user (uid ${match[1]})`)
      return match[2]!
    },
  }
}

/** Its standard output; rejects with what it says on the standard error unless it exits with 0. */
function run(file: string, args: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'pipe', timeout: LIMIT_MS, killSignal: 'SIGKILL' })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text
    })
    child.stdin.on('error', () => {}) // it has ended before it read all: its exit code tells why
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(out)
      else reject(new Error(`${file}: ${err.trim() || `exit code ${code}`}`))
    })
    child.stdin.end(input)
  })
}
