// Runs the tests under other versions of Node: `npm run test:nodes [-- --quick] [-- 22 24]`.
// The npm registry carries the binaries as packages, so nothing has to be installed on the machine.
// --quick: the jobs and examples only, where versions of Node differ, and not what is pure computation.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
const quick = args.includes('--quick')
const majors = args.filter((arg) => /^\d+$/.test(arg))
const versions = majors.length > 0 ? majors : ['22', '24', '26']
const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

let failed = false
for (const major of versions) {
  const folder = mkdtempSync(`${tmpdir()}/tsmpi-node-`)
  try {
    execFileSync(
      'npm',
      ['install', '--prefix', folder, '--no-save', '--ignore-scripts', `${packageName}@${major}`],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    const node = `${folder}/node_modules/${packageName}/bin/node`
    console.log(`== Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()} ==`)
    const files = quick ? ['test/examples', 'test/job', 'test/launcher/script'] : []
    const run = spawnSync(node, [`${root}node_modules/vitest/vitest.mjs`, 'run', ...files], {
      cwd: root,
      stdio: 'inherit',
    })
    if (run.status !== 0) failed = true
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
process.exitCode = failed ? 1 : 0
