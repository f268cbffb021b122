import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { program, Run } from '../helpers/tsrun.ts'

describe('signals that end the job', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('%s', async (signal, expected) => {
    const run = new Run(['-n', '3', program('forever.ts')])
    await run.allSay('ready', 3)
    run.kill(signal)
    const { code, stderr } = await run.ended
    expect(stderr).toBe(
      `tsrun: ended by ${signal}; what the ranks were doing:\n  ranks 0-2: in no operation of tsmpi\n`,
    )
    expect(code).toBe(expected)
  })

  test('ranks that ignore the polite signal are killed', async () => {
    const run = new Run(['-n', '2', program('forever-ignoring-signals.ts')])
    await run.allSay('ready', 2)
    run.kill('SIGINT')
    expect((await run.ended).code).toBe(130)
  })

  test('ranks in a synchronous loop are killed', async () => {
    const run = new Run(['-n', '2', program('sync-loop.ts')])
    await run.allSay('ready', 2)
    run.kill('SIGTERM')
    expect((await run.ended).code).toBe(143)
  })

  test('SIGHUP does not, under nohup', async () => {
    // What nohup makes of a terminal as standard input.
    const through = ['sh', '-c', 'exec "$0" "$@" 0> /dev/null']
    const run = new Run(['-n', '1', program('say-signals.ts')], { through })
    await run.allSay('ready', 1)
    run.kill('SIGHUP')
    run.kill('SIGUSR1')
    await run.allSay('got USR1', 1)
    run.kill('SIGTERM')
    expect((await run.ended).code).toBe(143)
  })

  test('before the ranks run', async () => {
    const run = new Run(['-n', '2', program('forever.ts')])
    await new Promise((resolve) => run.child.once('spawn', resolve))
    run.kill('SIGTERM')
    const { code, signal } = await run.ended
    expect(code ?? signal).toBeOneOf([143, 'SIGTERM'])
  })
})

describe('signals that the ranks get', () => {
  test('USR1 and USR2', async () => {
    const run = new Run(['-n', '2', program('say-signals.ts')])
    await run.allSay('ready', 2)
    run.kill('SIGUSR1')
    await run.allSay('got USR1', 2)
    run.kill('SIGUSR2')
    await run.allSay('got USR2', 2)
    run.kill('SIGTERM')
    await run.ended
  })

  test('TSTP stops ranks and launcher, CONT resumes both', async () => {
    const run = new Run(['-n', '2', program('say-signals.ts')])
    await run.allSay('ready', 2)
    run.kill('SIGTSTP')
    await eventually(() => stateOf(run.child.pid!) === 'T')
    run.kill('SIGCONT')
    await run.allSay('got CONT', 2)
    run.kill('SIGTERM')
    expect((await run.ended).code).toBe(143)
  })
})

function stateOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0]
}

async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5))
}
