/** The text of `tsrun --help`. Loads yargs, which takes longer than everything else before the first rank. */

import type { Option } from './options.ts'

const USAGE = `tsrun [options] script [script arguments]

Starts the script as N processes, the ranks of one MPI job. A .ts file runs as it is.
Options end at the script: what stands behind it is the script's own.`

const EPILOG = `Examples:
  tsrun -n 4 hello.ts                 four ranks on this machine
  tsrun -n 4 --tag solve.ts --grid 64 lines begin with [rank]; --grid 64 is for solve.ts
  tsrun -n 2 -x LOG=1 --timeout 10m job.ts
  tsrun -n 2 --stdin 1 filter.ts < data.txt

Exit code: 0 if every rank ended well; else that of the first rank that did not (128+N if a
signal killed it), the code given to abort(), 124 after --timeout, 130 after Ctrl-C, 2 for a wrong
command line, 125 if tsrun could not start the ranks. A syntax error or a missing import in the
script gives 1, as under node.

Ctrl-C ends the job: the ranks get it as SIGTERM, for which a script may have a handler of its own;
what still runs after 2 s is killed. A second Ctrl-C kills at once.

A rank finds its place in TSMPI_RANK, TSMPI_SIZE, TSMPI_LOCAL_RANK, TSMPI_LOCAL_SIZE,
TSMPI_NODE_RANK and TSMPI_JOB_ID. Without tsrun, under plain node, a script is a world of one.`

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
