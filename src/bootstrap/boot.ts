/**
 * Entry of a rank: `node boot.js script`, with the control channel on fd 3.
 *
 * Joins the job, arranges that every end of this process is told to the launcher, then runs the script.
 * Loads as little as it can: every rank pays for it, and scripts that use no messages pay for nothing else.
 */

import { version } from '../version.ts'
import { ControlPort } from './control-port.ts'
import { setCurrentJob } from './current-job.ts'
import { setDeathSignal } from './death-signal.ts'
import { RankJob } from './rank-job.ts'
import { runScript } from './run-script.ts'
import { prepareStandardStreams } from './standard-streams.ts'
import { describeUncaught } from './uncaught.ts'

const CONTROL_FD = 3
const SIGKILL = 9
/** Node's exit code for a top-level await that never settles. */
const NEVER_SETTLED = 13

/** Ends this process at once: without its launcher nobody wants its results. */
function dieWithLauncher(): void {
  process.kill(process.pid, 'SIGKILL')
}

const port = new ControlPort(CONTROL_FD, { t: 'hello', version, pid: process.pid })
const order = port.readOrder()
if (order === null) {
  dieWithLauncher()
} else {
  if (order.setDeathSignal) setDeathSignal(SIGKILL)
  // The launcher may have died before the kernel was told to watch it.
  if (process.ppid !== order.parentPid) dieWithLauncher()

  const job = new RankJob(order, port)
  port.listen((message) => job.receive(message), dieWithLauncher)
  prepareStandardStreams(dieWithLauncher)

  let isEvaluating = true
  // process.exit() comes without this; and whoever finds more to do now is asked again at his end.
  let isOutOfWork = false
  process.on('beforeExit', () => {
    isOutOfWork = true
    setImmediate(() => {
      isOutOfWork = false
    }).unref()
  })
  let rejection: { reason: unknown } | null = null
  // First among the listeners, so that a script's own handlers cannot keep the report from being sent.
  process.on('uncaughtExceptionMonitor', (error) => {
    port.send({ t: 'uncaught', error: describeUncaught(error, rejection), activity: job.activity() })
  })
  process.on('exit', (code) => {
    port.send({
      t: 'exit',
      code: Number(process.exitCode ?? code),
      owed: job.owed(),
      activity: job.activity(),
    })
    port.flush()
    // Said after the report, as Node itself does it: so 13 is told from a process.exit(13).
    if (isEvaluating && isOutOfWork && code === 0) process.exitCode ??= NEVER_SETTLED
  })

  process.setSourceMapsEnabled(true)
  process.argv.splice(1, 1)
  process.argv.push(...order.scriptArguments)
  setCurrentJob(job)
  // Not awaited: of a script that never settles, Node would say that this file does not.
  const script = runScript(order.entry)
  void script.then(() => {
    isEvaluating = false
  })
  // Beside the promise above, which stays unhandled: Node hands on an Error, but of anything else only a text.
  script.catch((reason: unknown) => {
    rejection = { reason }
  })
}
