/** The options of tsrun: the one table that parsing, suggestions and `--help` are made from. */

export interface Option {
  readonly name: string
  readonly aliases: readonly string[]
  /** `flag` takes no value, `value` needs one, `optional` takes one only as `--name=value`. */
  readonly takes: 'flag' | 'value' | 'optional'
  readonly many?: boolean
  readonly group: string
  readonly describe: string
}

const RANKS = 'Ranks:'
const ENVIRONMENT = 'What a rank sees:'
const OUTPUT = 'Output and input:'
const ENDS = 'Ends:'
const ABOUT = 'About:'

export const OPTIONS = [
  {
    name: 'np',
    aliases: ['n'],
    takes: 'value',
    group: RANKS,
    describe: 'Number of ranks; may exceed the number of cores [default: one per available CPU]',
  },
  {
    name: 'dry-run',
    aliases: [],
    takes: 'flag',
    group: RANKS,
    describe: 'Print what would be started, and start nothing',
  },
  {
    name: 'transport',
    aliases: [],
    takes: 'value',
    group: RANKS,
    describe:
      'auto: messages within a host go through shared memory, or through ZeroMQ where there is none; zmq: all through ZeroMQ; shm: shared memory, or an error that says what is in the way [default: auto]',
  },
  {
    name: 'env',
    aliases: ['x'],
    takes: 'value',
    many: true,
    group: ENVIRONMENT,
    describe: 'NAME=value sets a variable in every rank; NAME alone passes yours on. Repeatable',
  },
  {
    name: 'env-file',
    aliases: [],
    takes: 'value',
    group: ENVIRONMENT,
    describe: 'File with one NAME=value per line for every rank; -x goes before it',
  },
  {
    name: 'wdir',
    aliases: [],
    takes: 'value',
    group: ENVIRONMENT,
    describe: 'Working directory of the ranks; the script is still looked up from here [default: this one]',
  },
  {
    name: 'tag',
    aliases: [],
    takes: 'optional',
    group: OUTPUT,
    describe: 'Begin every line with [rank]; --tag=wide: with [rank@host:pid]',
  },
  {
    name: 'timestamp',
    aliases: [],
    takes: 'flag',
    group: OUTPUT,
    describe: 'Begin every line with the time of day',
  },
  {
    name: 'output-dir',
    aliases: [],
    takes: 'value',
    group: OUTPUT,
    describe: 'Write each rank to files of its own, DIR/rank-000.out and .err, instead of here',
  },
  {
    name: 'tee',
    aliases: [],
    takes: 'flag',
    group: OUTPUT,
    describe: 'With --output-dir: write here as well',
  },
  {
    name: 'stdin',
    aliases: [],
    takes: 'value',
    group: OUTPUT,
    describe:
      'Which rank reads the standard input: a rank or "none"; all others read an empty one [default: 0]',
  },
  {
    name: 'timeout',
    aliases: [],
    takes: 'value',
    group: ENDS,
    describe:
      'End the job after this time (90s, 15m, 2h; a bare number is seconds), show what every rank was doing, exit 124',
  },
  {
    name: 'verbose',
    aliases: ['v'],
    takes: 'flag',
    group: ABOUT,
    describe: 'Say on stderr what messages go through, and why not through shared memory if they do not',
  },
  { name: 'help', aliases: ['h'], takes: 'flag', group: ABOUT, describe: 'Show this text' },
  { name: 'version', aliases: ['V'], takes: 'flag', group: ABOUT, describe: 'Show the version' },
] as const satisfies readonly Option[]

export type OptionName = (typeof OPTIONS)[number]['name']

const HOSTS = 'running on several hosts is not there yet; leave it out to run all ranks on this machine'

/** Options of other launchers, and of versions to come: what to do instead. */
export const FOREIGN_OPTIONS: Readonly<Record<string, string>> = {
  hostfile: HOSTS,
  machinefile: HOSTS,
  host: HOSTS,
  hosts: HOSTS,
  H: HOSTS,
  f: HOSTS,
  c: 'the number of ranks is -n',
  oversubscribe: 'it is not needed: more ranks than cores need no permission',
  'allow-run-as-root': 'it is not needed',
  'map-by': HOSTS,
  ppn: HOSTS,
  'tag-output': 'use --tag',
  wd: 'use --wdir',
  prefix: HOSTS,
  mca: 'the options of Open MPI mean nothing here; what messages go through is --transport auto, zmq or shm',
}
