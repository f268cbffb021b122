/** The nodes of a Slurm step, for a rank that finds its place by them. */

import { BootstrapError } from '../../errors.ts'
import * as slurm from '../nodelist.ts'

/** The names in the order of the list, which is the order in which Slurm numbers the nodes. */
export function expandNodelist(list: string): string[] {
  if (list === '') return []
  try {
    return slurm.expandNodelist(list)
  } catch (error) {
    const shown = list.length > 200 ? `${list.slice(0, 200)} ...` : list
    throw new BootstrapError(
      `cannot read the list of Slurm nodes "${shown}": ${(error as Error).message}; expected a form such as n[1-3,07]`,
    )
  }
}
