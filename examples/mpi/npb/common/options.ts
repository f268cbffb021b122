/** The command line of the benchmarks: `--class S|W|A|B`. */

import { parseArgs } from 'node:util'
import type { Communicator } from 'tsmpi'

/** The class that the command line asks for (S without it), and what `classes` has for it. */
export async function classOption<P>(
  comm: Communicator,
  classes: Readonly<Record<string, P>>,
): Promise<P & { readonly name: string }> {
  const known = Object.keys(classes)
  let name: string
  try {
    const { values } = parseArgs({ options: { class: { type: 'string', default: 'S' } } })
    name = values.class.toUpperCase()
  } catch (error) {
    return refuse(comm, `${(error as Error).message}; the only option is --class ${known.join('|')}`)
  }
  const parameters = classes[name]
  if (parameters === undefined) {
    return refuse(comm, `there is no class ${name}; give --class ${known.join('|')}`)
  }
  return { ...parameters, name }
}

/** Ends the job with exit code 2 where the problem cannot be cut in as many parts as there are ranks. */
export async function atMost(comm: Communicator, ranks: number, why: string): Promise<void> {
  if (comm.size > ranks) await refuse(comm, `at most ${ranks} ranks, not ${comm.size}: ${why}`)
}

/** All ranks come to the same conclusion; rank 0 says it and ends the job. */
async function refuse(comm: Communicator, message: string): Promise<never> {
  if (comm.rank === 0) {
    console.error(message)
    comm.abort(2)
  }
  await comm.barrier()
  throw new Error(message)
}
