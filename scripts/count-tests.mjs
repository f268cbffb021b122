// Adds up vitest's JSON reports in a folder and prints one closing line; exits 1 if a test failed or none ran.
import { readdirSync, readFileSync } from 'node:fs'

const [folder] = process.argv.slice(2)
let passed = 0
let failed = 0
for (const file of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1
