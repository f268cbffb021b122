/** The examples as they lie in their folder: a new one is tested without being named anywhere but in its answer. */

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where the examples are, from the root of the checkout. */
export const FOLDER = 'examples/mpi'

const path = fileURLToPath(new URL(`../../${FOLDER}`, import.meta.url))

/** File names, in order. */
export const EXAMPLES: readonly string[] = readdirSync(path)
  .filter((name) => name.endsWith('.ts'))
  .sort()

export function pathOf(name: string): string {
  return `${path}/${name}`
}

export function textOf(name: string): string {
  return readFileSync(pathOf(name), 'utf8')
}
