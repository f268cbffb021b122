import { expect, test } from 'vitest'
import { program, Run } from '../helpers/tsrun.ts'

// leftovers.ts allows one second: no rank, no janitor, no folder may be there then.
test.each(['sync-loop.ts', 'forever-ignoring-signals.ts', 'grandchild-then-loop.ts'])(
  'tsrun is killed with SIGKILL while its ranks run %s',
  async (name) => {
    const run = new Run(['-n', '4', program(name)])
    await run.allSay('ready', 4)
    run.kill('SIGKILL')
    await new Promise((resolve) => run.child.once('exit', resolve))
    expect(run.child.signalCode).toBe('SIGKILL')
  },
)

test('tsrun is killed while it starts', async () => {
  const run = new Run(['-n', '4', program('sync-loop.ts')])
  await run.output(() => true)
  run.kill('SIGKILL')
  await run.ended
})
