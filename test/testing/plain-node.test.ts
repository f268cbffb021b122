/** runRanks outside a test runner, where the end of the event loop is the proof that nothing can happen. */

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** Runs TypeScript that may use `runRanks` in a node process of its own; its output, and how it ended. */
async function run(body: string): Promise<{ output: string; code: number | null }> {
  const root = new URL('../../', import.meta.url).pathname
  const bundle = await build({
    stdin: {
      contents: `import { runRanks } from './src/testing/index.ts'\n${body}`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
  })
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(bundle.outputFiles[0]!.text)
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { output: out + err, code: await ended }
}

it('a run ends with its results, and the process with it', async () => {
  const { output, code } = await run(`
    const results = await runRanks(3, (comm) => comm.sendrecv(comm.rank, (comm.rank + 1) % 3, { source: (comm.rank + 2) % 3 }))
    console.log(results.join())`)
  expect(output).toBe('2,0,1\n')
  expect(code).toBe(0)
})

it('a rank that waits for what cannot come is part of a deadlock', async () => {
  const { output, code } = await run(`
    await runRanks(2, (comm) => (comm.rank === 0 ? comm.recv(1) : new Promise(() => {})), { seed: 4 })`)
  expect(output).toMatch(/DeadlockError/)
  expect(output).toMatch(/rank 0: recv/)
  expect(output).toMatch(/rank 1: waits for something other than a message/)
  expect(code).toBe(1)
})

it('a rank that waits for a worker thread is not', async () => {
  const { output } = await run(`
    import { Worker } from 'node:worker_threads'
    const job = () => new Promise((resolve) => {
      const source = 'setTimeout(() => process.getBuiltinModule("worker_threads").parentPort.postMessage(42), 300)'
      new Worker(source, { eval: true }).on('message', resolve)
    })
    console.log(await runRanks(2, async (comm) => {
      if (comm.rank === 1) return comm.recv(0)
      const thanks = comm.recv(1, { timeout: 1 }).catch((error) => error.constructor.name)
      await comm.send(await job(), 1)
      return thanks
    }))`)
  expect(output).toMatch(/\[ '\w+', 42 \]/)
})
