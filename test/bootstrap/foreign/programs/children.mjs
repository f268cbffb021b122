// Starts the same imports in a child process and in a thread: they are no ranks.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { world } from 'tsmpi'

const code = `import { world } from 'tsmpi'; console.log('child:', world.rank, world.size)`
const child = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
  cwd: import.meta.dirname,
  encoding: 'utf8',
})
const ask = async (env) =>
  (await once(new Worker(new URL('./thread.mjs', import.meta.url), { env }), 'message'))[0]
const said = await ask(process.env)
const saidByLost = await ask({ RANK: '1' })
const { TSMPI_RANK, TSMPI_SIZE, TSMPI_LOCAL_RANK, TSMPI_LOCAL_SIZE, TSMPI_NODE_RANK } = process.env
console.log(
  `${world.rank}: ${child.trim()}, thread: ${said}, with half of the variables: ${saidByLost},`,
  TSMPI_RANK,
  TSMPI_SIZE,
  TSMPI_LOCAL_RANK,
  TSMPI_LOCAL_SIZE,
  TSMPI_NODE_RANK,
)
await world.barrier()
