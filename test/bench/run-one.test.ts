import { describe, expect, it } from 'vitest'
import { checkHello } from '../../bench/driver/run-job.ts'
import { RunError, readLines, runOne } from '../../bench/driver/run-one.ts'

const LINE = '{"bench":"latency","ranks":2,"bytes":8,"value":0.25,"max":0.3,"iterations":100}'
const node = (code: string): string[] => [process.execPath, '-e', code]

it('reads the lines of figures among others', async () => {
  const { lines } = await runOne(node(`console.log('a warning\\n' + ${JSON.stringify(LINE)})`), 2, 60_000)
  expect(lines).toEqual([{ bench: 'latency', ranks: 2, bytes: 8, value: 0.25, max: 0.3, iterations: 100 }])
  expect(readLines('no figures\n{"other":1}\n')).toEqual([])
})

describe('fails', () => {
  it('with the end of stderr when the program fails', async () => {
    const job = runOne(node("console.error('rank 1: wrong data'); process.exit(3)"), 2, 60_000)
    await expect(job).rejects.toThrow(RunError)
    await expect(job).rejects.toThrow(/ended with 3\n.*\n +rank 1: wrong data/)
  })

  it('when the program ran on another number of ranks', async () => {
    await expect(runOne(node(`console.log(${JSON.stringify(LINE)})`), 4, 60_000)).rejects.toThrow(
      'ran on 2 ranks instead of 4',
    )
  })

  it('when the program does not end, and ends it', async () => {
    await expect(runOne(node('setInterval(() => {}, 1000)'), 2, 50)).rejects.toThrow('no end after 0.05 s')
  })

  it('when there is no such program', async () => {
    await expect(runOne(['/nowhere/mpirun'], 2, 60_000)).rejects.toThrow('ENOENT')
  })
})

describe('checkHello', () => {
  it('wants each rank once, in any order, even with mixed ends of lines', () => {
    checkHello('hello from rank 1 of 2\nhello from rank 0 of 2\n', 2)
    checkHello('hello from rank 1 of 2hello from rank 0 of 2\n\n', 2)
  })

  it.each(['', 'hello from rank 0 of 1\nhello from rank 0 of 1\n', 'hello from rank 0 of 2\n'.repeat(2)])(
    'refuses %j',
    (stdout) => {
      expect(() => checkHello(stdout, 2)).toThrow(RunError)
    },
  )
})
