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
const HOSTS = 'Hosts:'
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
    describe:
      'Number of ranks; on this host alone it may exceed the number of cores [default: one per slot of the hosts, or per available CPU of this one]',
  },
  {
    name: 'dry-run',
    aliases: [],
    takes: 'flag',
    group: RANKS,
    describe: 'Print which ranks would run where, and start nothing',
  },
  {
    name: 'transport',
    aliases: [],
    takes: 'value',
    group: RANKS,
    describe:
      'auto: messages within a host go through shared memory, or through ZeroMQ where there is none; zmq: all through ZeroMQ; shm: shared memory, or an error that says what is in the way. Between hosts it is ZeroMQ always [default: auto]',
  },
  {
    name: 'reproducible',
    aliases: [],
    takes: 'flag',
    group: RANKS,
    describe:
      'Bracket every reduction by rank alone, so that it rounds the same however the ranks are placed; costs time',
  },
  {
    name: 'host',
    aliases: ['H'],
    takes: 'value',
    many: true,
    group: HOSTS,
    describe:
      'Hosts with their slots: a:4,b,alice@c:2,[fd00::7]:2. Without a number: one slot. Repeatable; a host named again gets more slots',
  },
  {
    name: 'hostfile',
    aliases: ['machinefile'],
    takes: 'value',
    group: HOSTS,
    describe:
      'File with one host per line, "a slots=4" or "a:4"; hostfile.example in this package shows the rest [default: TSRUN_HOSTFILE, else the nodes of the Slurm or PBS job, else this host]',
  },
  {
    name: 'map-by',
    aliases: [],
    takes: 'value',
    group: HOSTS,
    describe:
      'slot: fill the slots of one host after the other; node: deal the ranks out in turns [default: slot]',
  },
  {
    name: 'oversubscribe',
    aliases: [],
    takes: 'flag',
    group: HOSTS,
    describe: 'Allow more ranks than slots, though never more than max_slots',
  },
  {
    name: 'rsh',
    aliases: [],
    takes: 'value',
    group: HOSTS,
    describe:
      'Command that runs another on a host, such as "ssh -p 2222" [default: ssh, or srun in a Slurm job]',
  },
  {
    name: 'prefix',
    aliases: [],
    takes: 'value',
    group: HOSTS,
    describe: 'Folder on the hosts that has node_modules/tsmpi [default: the same path as here]',
  },
  {
    name: 'node',
    aliases: [],
    takes: 'value',
    group: HOSTS,
    describe: 'Path of node on the hosts [default: the same path as here]',
  },
  {
    name: 'launch-timeout',
    aliases: [],
    takes: 'value',
    group: HOSTS,
    describe: 'How long the hosts may take to start all ranks [default: 60s]',
  },
  {
    name: 'iface',
    aliases: [],
    takes: 'value',
    group: HOSTS,
    describe:
      'The network between the hosts: an interface (eth0) or addresses (10.0.0.0/24) [default: the one that reaches tsrun]',
  },
  {
    name: 'port-range',
    aliases: [],
    takes: 'value',
    group: HOSTS,
    describe: 'Ports that ranks may listen on, such as 20000-20999 [default: any]',
  },
  {
    name: 'plain',
    aliases: [],
    takes: 'flag',
    group: HOSTS,
    describe:
      'Do not encrypt what goes from host to host: faster, for a trusted network. Ranks still prove that they belong to the job',
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

const PER_HOST = 'give each host its number of ranks as slots: -H a:4,b:4'
const BINDING = 'ranks are not bound to cores; leave it out'
const SHOW = 'use --dry-run, which prints the placement and starts nothing'
const RSH = 'use --rsh with the command, such as --rsh "ssh -p 2222"'

/** Options of other launchers: what to do instead. */
export const FOREIGN_OPTIONS: Readonly<Record<string, string>> = {
  hosts: 'use -H a:4,b:4',
  f: 'use --hostfile FILE',
  'default-hostfile': 'use --hostfile FILE, or set TSRUN_HOSTFILE',
  c: 'the number of ranks is -n',
  N: PER_HOST,
  npernode: PER_HOST,
  ppn: PER_HOST,
  perhost: PER_HOST,
  nolocal: 'leave this host out of -H or the hostfile',
  bynode: 'use --map-by node',
  byslot: 'it is the default, --map-by slot',
  nooversubscribe: 'it is the default',
  'rank-by': 'ranks are numbered as --map-by places them',
  'bind-to': BINDING,
  'cpus-per-proc': BINDING,
  'use-hwthread-cpus': BINDING,
  'display-map': SHOW,
  'display-allocation': SHOW,
  launcher: RSH,
  'launcher-exec': RSH,
  bootstrap: RSH,
  'agent-prefix': 'use --prefix',
  'allow-run-as-root': 'it is not needed',
  'tag-output': 'use --tag',
  wd: 'use --wdir',
  mca: 'the options of Open MPI mean nothing here; what messages go through is --transport auto, zmq or shm',
}
