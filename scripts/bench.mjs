// Runs the benchmarks one after another: `npm run bench`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
for (const [ranks, file] of [
  [2, 'latency.ts'],
  [2, 'collectives.ts'],
  [4, 'collectives.ts'],
]) {
  const { status } = spawnSync(
    process.execPath,
    [`${root}bin/tsrun.js`, '-n', String(ranks), `${root}bench/${file}`],
    {
      stdio: 'inherit',
    },
  )
  if (status !== 0) process.exit(status ?? 1)
}
