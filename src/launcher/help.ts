/** The text of `tsrun --help`. Loads yargs, which takes longer than everything else before the first rank. */

import type { Option } from './options.ts'

const USAGE = `tsrun [options] script [script arguments]

Starts the script as N processes, the ranks of one MPI job, on this host or on several. A .ts file
runs as it is. Options end at the script: what stands behind it is the script's own.`

const EPILOG = `Examples:
  tsrun -n 4 hello.ts                 four ranks on this host
  tsrun -n 4 --tag solve.ts --grid 64 lines begin with [rank]; --grid 64 is for solve.ts
  tsrun -n 2 -x LOG=1 --timeout 10m job.ts
  tsrun -n 2 --stdin 1 filter.ts < data.txt
  tsrun -H node1:4,node2:4 solve.ts   eight ranks, four on each of two hosts, through ssh
  tsrun -n 16 --hostfile hosts solve.ts
  tsrun --hostfile hosts --dry-run solve.ts
                                      prints which ranks would run where
  salloc -N 2 -n 8 tsrun solve.ts     inside Slurm: its nodes and number of tasks, through srun

A host is one line of a hostfile, "node1 slots=4" or "node1:4"; slots are how many ranks it takes.
More ranks than slots are refused, unless --oversubscribe allows them. A host needs:
  ssh there without a password        "ssh node1 true" shows it; or another command by --rsh
  node                                of a supported version, at the same path or named by --node
  tsmpi                               of this version, at the same path or in the folder of --prefix
  the packages the script imports     the script itself is sent along
Of your environment, other hosts get only TSMPI_* and what -x and --env-file name.
What goes from host to host is encrypted, unless --plain is given.

Exit code: 0 if every rank ended well; else that of the first rank that did not (128+N if a
signal killed it), the code given to abort(), 124 after --timeout, 130 after Ctrl-C, 2 for a wrong
command line or hostfile, or too few slots, 125 if tsrun could not start the ranks: a host that
cannot be reached, say. A syntax error or a missing import in the script gives 1, as under node.

Ctrl-C ends the job: the ranks get it as SIGTERM, for which a script may have a handler of its own;
what still runs after 2 s is killed. A second Ctrl-C kills at once.

A rank finds its place in TSMPI_RANK, TSMPI_SIZE, TSMPI_LOCAL_RANK, TSMPI_LOCAL_SIZE,
TSMPI_NODE_RANK and TSMPI_JOB_ID. Without tsrun, under plain node, a script is a world of one; under
srun, or with RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT set, the ranks find each other.`

export async function helpText(options: readonly Option[]): Promise<string> {
  const { default: yargs } = await import('yargs')
  const parser = yargs([])
    .scriptName('tsrun')
    .usage(USAGE)
    .epilog(EPILOG)
    .help(false)
    .version(false)
    .wrap(100)
  for (const option of options) {
    parser.option(option.name, {
      alias: [...option.aliases],
      describe: option.describe,
      group: option.group,
    })
  }
  return parser.getHelp()
}
