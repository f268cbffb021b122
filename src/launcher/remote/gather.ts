/** Brings the hosts of a job together: connects to those elsewhere, and decides which ranks run where. */

import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plan } from '../arguments.ts'
import { address } from '../hosts/add-up.ts'
import type { HostEntry, PlacedHost } from '../hosts/host.ts'
import { allocationOf, type Surroundings } from '../hosts/hosts-of.ts'
import { place, withCpus } from '../hosts/placement.ts'
import { runsHere } from '../hosts/this-host.ts'
import { type ConnectOptions, connectAll, type Greeted } from './connect.ts'
import type { Connection } from './connection.ts'
import { type HostFacts, hostFacts } from './facts.ts'
import { isInPath } from './in-path.ts'

/** Where this copy of tsmpi has the agent program. */
const OWN_AGENT = fileURLToPath(new URL('../launcher/remote/main.js', import.meta.url))
const AGENT_IN_PACKAGE = 'node_modules/tsmpi/dist/launcher/remote/main.js'

/** A host that is ready to start its ranks. */
export interface GatheredHost {
  /** As reports call it. */
  readonly hostname: string
  readonly ranks: readonly number[]
  readonly facts: HostFacts
  /** Null: it is this one. */
  readonly connection: Connection | null
}

/** `entries`: as `hostsOf` has found them. Resolves when every host's agent has greeted; numbers of hosts are indices. */
export async function gatherHosts(
  entries: readonly HostEntry[],
  plan: Plan,
  around: Surroundings,
  { signal, note }: Pick<ConnectOptions, 'signal' | 'note'>,
): Promise<readonly GatheredHost[]> {
  const deadlineMs = performance.now() + plan.launchTimeoutMs
  const isElsewhere = (entry: HostEntry) => !isHere(entry, plan, around)
  const connections = new Map<string, Greeted>()
  const connect = async (some: readonly HostEntry[], ranksOf: ConnectOptions['ranksOf']) => {
    const greeted = await connectAll(some, {
      rsh: plan.rsh,
      usesSrun:
        plan.rsh === null && allocationOf(around)?.manager === 'slurm' && isInPath('srun', around.env),
      nodePath: plan.nodePath ?? process.execPath,
      agentPath: plan.prefix === null ? OWN_AGENT : join(plan.prefix, AGENT_IN_PACKAGE),
      launchTimeoutMs: plan.launchTimeoutMs,
      msLeft: deadlineMs - performance.now(),
      signal,
      ranksOf,
      note,
    })
    for (const [at, entry] of some.entries()) connections.set(address(entry), greeted[at]!)
  }
  try {
    const open = entries.filter((entry) => entry.slots === null)
    await connect(open.filter(isElsewhere), () => [])
    const own = hostFacts()
    const factsOf = (entry: HostEntry) => connections.get(address(entry))?.facts ?? own
    const known = entries.map((entry) => withCpus(entry, factsOf(entry).cpus))
    const placed = place(known, plan)
    await connect(
      placed
        .map((host) => host.entry)
        .filter((entry) => isElsewhere(entry) && !connections.has(address(entry))),
      (entry) => placed.find((host) => host.entry === entry)!.ranks,
    )
    const gathered = placed.map((host) => ({
      hostname: isElsewhere(host.entry) ? host.entry.name : ownName(host),
      ranks: host.ranks,
      facts: factsOf(host.entry),
      connection: connections.get(address(host.entry))?.connection ?? null,
    }))
    // Hosts that only had to tell their CPUs.
    for (const { entry } of placed) connections.delete(address(entry))
    return gathered
  } finally {
    await Promise.all([...connections.values()].map(({ connection }) => connection.leave()))
  }
}

/** Whether the launcher itself runs the ranks of a host. Whoever gives a command to reach hosts wants it used. */
export function isHere(entry: HostEntry, { rsh }: Plan, around: Surroundings): boolean {
  return rsh === null && runsHere(entry, around)
}

/** "localhost" says nothing in a report of several hosts. */
function ownName({ entry: { name } }: PlacedHost): string {
  return /^(localhost(\..*)?|127\..*|::1)$/i.test(name) ? hostname() : name
}
