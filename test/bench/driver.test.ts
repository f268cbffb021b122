/** The real driver with the real tsrun, on sizes and times that are no measurement. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ROOT } from '../helpers/tsrun.ts'

const bench = (...words: string[]) =>
  promisify(execFile)(process.execPath, [join(ROOT, 'bench/run.mjs'), ...words])

let out: string
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'tsmpi-bench-test-'))
})
afterEach(() => rmSync(out, { recursive: true, force: true }))

const TINY = ['--quick', '--repeats', '1', '--peers', 'tsmpi', '--sizes', '8,100', '--budget', '1']

it('measures latency and bandwidth, and leaves tables, JSON and a plot', async () => {
  const { stdout, stderr } = await bench(...TINY, '--only', 'latency,bw', '--reference', '--out', out)
  expect(stderr).toContain('1/1 tsmpi: point-to-point on 2 ranks')
  expect(stdout).toMatch(
    /Latency, one way: 2 ranks, us \(less is better\)\n +tsmpi\n +8 B +[\d.]+\n100 B +[\d.]+/,
  )
  expect(readdirSync(out).sort()).toEqual(['latency-bandwidth.svg', 'reference.json', 'reference.txt'])
  expect(readFileSync(join(out, 'reference.txt'), 'utf8')).toBe(stdout)
  const result = JSON.parse(readFileSync(join(out, 'reference.json'), 'utf8'))
  expect(result).toMatchObject({
    failures: [],
    machine: { node: process.versions.node },
    options: { repeats: 1 },
  })
  expect(result.peers).toMatchObject([{ name: 'tsmpi' }])
  expect(result.series.map((s: { bench: string; bytes: number }) => `${s.bench} ${s.bytes}`)).toEqual([
    'latency 8',
    'latency 100',
    'bw 8',
    'bw 100',
  ])
  for (const { values } of result.series) {
    expect(values).toHaveLength(1)
    expect(values[0]).toBeGreaterThan(0)
  }
})

it('runs every collective, and checks what it receives', async () => {
  const names = 'barrier,bcast,reduce,allreduce,reduce_scatter,scan,gather,scatter,allgather,alltoall'
  const { stdout } = await bench(...TINY, '--only', names, '--ranks', '3', '--out', out)
  expect(stdout.match(/: 3 ranks/g)).toHaveLength(9)
})

it('runs what has no sizes: objects, idle CPU, timers, memory, start-up', async () => {
  const names = 'objects,timer-lag,memory,startup,rate,bibw'
  const { stdout } = await bench(...TINY, '--only', names, '--ranks', '2', '--out', out)
  for (const row of ['small record', '100 keys', 'list of 1e5 ints', 'in ping-pong, p99', 'says hello']) {
    expect(stdout).toContain(row)
  }
})

it('ends with 2 and a word on what is wrong with the command', async () => {
  await expect(bench('--only', 'speed')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no "speed"'),
  })
  await expect(bench('--only', 'latency', '--ranks', '3')).rejects.toMatchObject({ code: 2 })
})

it('ends the program it runs, and leaves no folder, when it is interrupted', async () => {
  const folder = join(out, 'tmp')
  mkdirSync(folder)
  const words = ['--only', 'idle', '--peers', 'tsmpi', '--out', out]
  const driver = spawn(process.execPath, [join(ROOT, 'bench/run.mjs'), ...words], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  for await (const text of driver.stderr.setEncoding('utf8')) {
    if (text.includes('1/7 tsmpi: idle')) driver.kill('SIGINT')
  }
  const code = driver.exitCode ?? (await once(driver, 'exit'))[0]
  expect(code).toBe(130)
  expect(readdirSync(folder).filter((name) => name.startsWith('tsmpi-bench-'))).toEqual([])
})
